"""Clips of the KTH actions: six actions of 25 persons."""
