"""Makes the dataset builders importable as `mipae_tf.data_builders`.

In a checkout, the builders are in the folder `data_builders/` beside the
library, as `tfds build` expects, and this module is their package. A wheel
contains them in a folder of this name, which has priority over this module.
"""

import pathlib

__path__ = [str(pathlib.Path(__file__).parents[1] / "data_builders")]
