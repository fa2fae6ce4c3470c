"""Clips cut from recorded videos: windows, splits and the base builder."""
