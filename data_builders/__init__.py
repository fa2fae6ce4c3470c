"""TensorFlow Datasets builders of clips with known factors.

Importing this package registers nothing, because `tfds build` imports a
builder by its folder and refuses one that is registered already. Import
`data_builders.all` to make every builder known to `tfds.load`.
"""
