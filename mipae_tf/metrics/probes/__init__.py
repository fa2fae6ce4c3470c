"""Probes: predictors of factors from codes."""
