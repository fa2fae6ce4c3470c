"""Synthetic scenes: factors, motion, composition and the base builder."""
