"""Stochastic video generation with a learned or fixed prior."""
