"""Moving MNIST on CIFAR-10: coloured digits that bounce off each other."""
