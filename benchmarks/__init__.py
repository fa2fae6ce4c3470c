"""How fast the hot paths are, against peers and limits; `make bench`."""

import mipae_tf  # noqa: F401  before TensorFlow, which it sets up
