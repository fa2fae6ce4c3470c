"""Objectives as pure functions on tensors: MI bounds, adversaries, pairs."""
