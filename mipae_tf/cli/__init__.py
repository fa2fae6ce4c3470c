"""Command line: flags, running of programs, and output on the screen."""
