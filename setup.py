"""Which packages a wheel holds; all else stands in pyproject.toml."""

from setuptools import find_packages
from setuptools import setup

# The builders lie beside the library, where `tfds build` is given them, and
# are installed within it: a name of their own at top level could be shadowed.
BUILDERS = find_packages(include=["data_builders*"])

setup(
    packages=[
        *find_packages(include=["mipae_tf*"]),
        *(f"mipae_tf.{name}" for name in BUILDERS),
    ],
    package_dir={"mipae_tf.data_builders": "data_builders"},
)
