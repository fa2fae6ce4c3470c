"""The tables that `compare` prints and writes."""
