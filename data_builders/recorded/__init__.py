"""Clips cut from recorded videos: reading, splits and the base builder."""
