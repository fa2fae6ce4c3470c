"""dSprites that grow, shrink and turn in place; all combinations of factors."""
