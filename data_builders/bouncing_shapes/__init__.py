"""Bouncing shapes: a controllable benchmark with all factors known."""
