"""The first stage, which trains the background alone; not in the paper."""

import tensorflow as tf

from mipae_tf.models.frame_values import to_float
from mipae_tf.models.hierarchical_objects import losses
from mipae_tf.models.hierarchical_objects.network import HierarchicalNetwork
from mipae_tf.models.hierarchical_objects.pairs import DistantPairs
from mipae_tf.models.hierarchical_objects.pairs import background_terms
from mipae_tf.models.hierarchical_objects.pairs import flat_pairs
from mipae_tf.models.hierarchical_objects.pairs import pass_background
from mipae_tf.models.optimizers import make_first_adam
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage


class BackgroundStage(Stage):
    """Minimizes the error of x̂_back, which has no object to rely on.

    The detector looks for what the background cannot explain, so the background
    must be fair before there are objects.

    Args:
        network: the networks; only its background is trained.
        config: a `HierarchicalObjectsConfig`.
        seed: seed of the random draws.
    """

    LOSSES = (
        "loss",
        "reconstruction",
        "similarity",
        "kl_background",
        "gradient_norm",
    )

    def __init__(self, network: HierarchicalNetwork, config, seed: int) -> None:
        super().__init__(
            DistantPairs(config.batch_size, distance=config.frame_distance),
            seed,
            config.background_steps,
            name="background",
        )
        self.config = config
        self.background = network.background
        optimizer = make_first_adam(config, config.background_steps)
        self._minimize = self.add_optimizer(
            [self.background], optimizer, config.clip_norm
        )

    def update(self, batch: tf.Tensor) -> Losses:
        """See `Stage.update`; takes uint8 `[clips, 2, H, W, C]`."""
        pairs = self.config.augmented(to_float(batch), self.draw_key(1))
        with tf.GradientTape() as tape:
            found = self.terms(pairs, self.shared_key(0), training=True)
        norm = self._minimize(tape, found["loss"])
        return {**found, "gradient_norm": norm}

    def evaluate_losses(self, batch: tf.Tensor) -> Losses:
        """The terms in inference mode, with means of the codes."""
        return self.terms(to_float(batch), None, training=False)

    def terms(
        self, pairs: tf.Tensor, key: tf.Tensor | None, training: bool
    ) -> Losses:
        """The loss and its terms, in nats per frame.

        Args:
            pairs: float `[clips, 2, height, width, channel]`.
            key: int32 `[2]`, seed of the random draws; None for means.
            training: whether the networks run in training mode.
        """
        config = self.config
        found = pass_background(
            self.background, pairs, key, config.swap, training
        )
        error = losses.reconstruction(
            flat_pairs(pairs), found.drawn, config.observation_variance
        )
        terms = {"reconstruction": error, **background_terms(found)}
        loss = (
            error
            + terms["kl_background"]
            + config.background_weight * terms["similarity"]
        )
        return {"loss": loss, **terms}
