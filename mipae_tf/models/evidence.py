"""Log-likelihoods of clips under a model."""

from typing import Any
from typing import NamedTuple


class Evidence(NamedTuple):
    """The log-likelihood of each frame in nats, or a lower bound of it.

    Attributes:
        likelihood: float32 `[batch, time]`. For a bound, the expected
            log-likelihood of the frame given its latents. For a model with an
            exact likelihood, log p of the frame given the previous frames.
        kl: float32 `[batch, time]`, the KL divergence of the posterior from
            the prior; None if the likelihood is exact.
    """

    likelihood: Any
    kl: Any = None

    @property
    def kind(self) -> str:
        """`exact`, or `bound` for a lower bound."""
        return "exact" if self.kl is None else "bound"

    @property
    def nats(self) -> Any:
        """log p of each frame, or its lower bound, `[batch, time]`."""
        return self.likelihood if self.kl is None else self.likelihood - self.kl
