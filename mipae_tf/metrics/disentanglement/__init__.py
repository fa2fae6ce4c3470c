"""Disentanglement scores, from codes and factors."""
