"""Command line: flags, the frame of the programs, and the screen."""
