"""Clips from image sets that hold one image per combination of factors."""
