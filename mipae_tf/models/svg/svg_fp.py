"""SVG with a fixed prior."""

from mipae_tf.models.svg.model import SVG


class SVGFP(SVG):
    """The prior of z_t is N(0, I)."""

    learned_prior = False
