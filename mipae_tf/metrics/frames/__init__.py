"""Distances between frames, videos and samples of videos."""
