"""The groups of metrics, one module each."""
