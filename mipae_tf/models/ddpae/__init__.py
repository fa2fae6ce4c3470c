"""DDPAE: a video as components, each with a content and a pose."""
