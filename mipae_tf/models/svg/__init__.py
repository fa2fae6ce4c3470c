"""Stochastic video generation with a learned or a fixed prior."""
