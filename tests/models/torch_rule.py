"""Reference implementation of PyTorch's Adam in float64."""

import numpy as np

EPSILON = 1e-8


def torch_adam(value, gradients, rate, beta_1, beta_2=0.999):
    """Values of a variable after each step.

    Args:
        value: initial value.
        gradients: `[steps, ...]`.
        rate: learning rate, one for all steps or `[steps]`.
        beta_1: decay of the first moment.
        beta_2: decay of the second moment.

    Returns:
        float64 `[steps, ...]`.
    """
    value = np.array(value, np.float64)
    first, second, found = 0.0, 0.0, []
    rates = np.broadcast_to(rate, len(gradients))
    for step, gradient in enumerate(np.asarray(gradients, np.float64), 1):
        first = beta_1 * first + (1.0 - beta_1) * gradient
        second = beta_2 * second + (1.0 - beta_2) * gradient**2
        root = np.sqrt(second) / np.sqrt(1.0 - beta_2**step) + EPSILON
        value = value - rates[step - 1] / (1.0 - beta_1**step) * first / root
        found.append(value)
    return np.stack(found)
