"""SVG with a fixed prior."""

from mipae_tf.models.svg import SVG


class SVGFP(SVG):
    """The prior of z_t is N(0, I)."""

    learned_prior = False
