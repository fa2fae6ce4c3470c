"""dSprites that move back and forth; all combinations of factors."""
