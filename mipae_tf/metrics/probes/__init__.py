"""Predictors that read factors from codes."""
