"""Pure functions on tensors: mutual-information bounds, adversaries, pairs."""
