"""Metrics of frames, videos and samples of videos."""
