"""TensorFlow Datasets builders of clips with known factors.

Import this package as `mipae_tf.data_builders`, in a checkout and when
installed; a top-level `data_builders` could clash with other packages.
Importing it registers no builder; import `mipae_tf.data_builders.all` to
register all builders for `tfds.load`.
"""
