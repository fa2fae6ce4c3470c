"""Scores of disentanglement, from codes and factors."""
