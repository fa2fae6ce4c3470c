"""Moving dSprites: one or two sprites that move, bounce and may rotate."""
