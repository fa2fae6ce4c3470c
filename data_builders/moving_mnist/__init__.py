"""Moving MNIST: two handwritten digits that drift and bounce."""
