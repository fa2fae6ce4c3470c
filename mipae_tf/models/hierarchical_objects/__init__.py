"""Background and objects, each object with a content and a pose."""
