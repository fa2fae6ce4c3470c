"""SVG with a learned prior."""

from mipae_tf.models.svg.model import SVG


class SVGLP(SVG):
    """The prior of z_t is an LSTM over the frames before it."""

    learned_prior = True
