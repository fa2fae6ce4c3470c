"""Clips of the user's own videos."""
