"""Drawn worlds: declared factors, motion, composition, the clip contract."""
