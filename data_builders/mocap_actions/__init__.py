"""Mocap actions: people who move as recorded by motion capture."""
