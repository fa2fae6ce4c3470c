"""MoCoGAN: video generation from a content and a motion code."""
