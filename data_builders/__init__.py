"""TensorFlow Datasets builders of clips with known factors.

Their name is `mipae_tf.data_builders`, in a checkout and where they are
installed: a `data_builders` at top level could be anybody's. Importing it
registers nothing; import `mipae_tf.data_builders.all` to make every builder
known to `tfds.load`.
"""
