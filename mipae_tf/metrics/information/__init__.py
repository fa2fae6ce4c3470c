"""Estimators of entropy and mutual information."""
