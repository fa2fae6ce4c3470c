"""The version of the library, written into every run folder."""

__version__ = "0.1.0"
