"""A minimal model server.

It imports only TensorFlow. Reads pickled `(path, signature, inputs)` from
standard input, and writes pickled outputs by name or the text of the error.
"""

import os
import pickle
import sys

import tensorflow as tf


def main() -> None:
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    models = {}
    while True:
        try:
            path, signature, inputs = pickle.load(requests)
        except EOFError:
            break
        if path not in models:
            models[path] = tf.saved_model.load(path)
        try:
            tensors = {name: tf.constant(x) for name, x in inputs.items()}
            outputs = models[path].signatures[signature](**tensors)
            answer = {name: x.numpy() for name, x in outputs.items()}
        except Exception as error:
            answer = str(error)
        pickle.dump(answer, answers)
        answers.flush()
    assert "mipae_tf" not in sys.modules


if __name__ == "__main__":
    main()
