"""Moving MNIST: two handwritten digits that move and bounce."""
