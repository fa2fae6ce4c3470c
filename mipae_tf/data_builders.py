"""The builders of `data_builders/`, under a name that no folder can shadow.

In a checkout they lie beside the library, where `tfds build` is given them,
and this module is their package. A wheel holds them in a folder of its name,
which Python prefers to it.
"""

import pathlib

__path__ = [str(pathlib.Path(__file__).parents[1] / "data_builders")]
