"""Moving dSprites: one or two sprites that drift, bounce and may turn."""
