"""3D Shapes: an object in a room, seen from a camera that moves around it."""
