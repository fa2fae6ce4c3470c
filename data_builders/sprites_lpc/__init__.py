"""Sprites: animated characters of the Liberated Pixel Cup."""
