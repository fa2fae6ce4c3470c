"""Small NORB: toys that turn before the camera."""
