"""MPI3D: a robot arm that moves one object along two axes."""
