"""The judge: a classifier of factors, trained on real frames."""
