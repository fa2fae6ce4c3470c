"""Shows what there is: `python -m mipae_tf.inspect`.

Lists models, datasets and configs. With `--dataset=NAME`, prints the sizes and
factors of a dataset and writes a contact sheet, an animation of clips with the
values of their factors, and a histogram of each factor.
"""

from absl import flags

if __name__ == "__main__":  # before TensorFlow is imported
    from mipae_tf.cli import quiet  # noqa: F401

from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import run_program
from mipae_tf.cli.path_flag import define_path
from mipae_tf.inspection import catalogue
from mipae_tf.inspection import inspect_dataset


def define_flags() -> None:
    """All flags of this program."""
    flags.DEFINE_string(
        "dataset",
        None,
        "Dataset to show, name or name/config; built when missing. Unset: "
        "list models, datasets and configs.",
    )
    flags.DEFINE_string("split", "train", "Split to show.")
    flags.DEFINE_integer(
        "clips", 8, "Clips on the contact sheet.", lower_bound=1
    )
    define_path(
        "output", None, "Folder to write in; runs/inspect/DATASET if unset."
    )
    define_path("data_dir", None, "Folder where tfds keeps datasets.")
    define_path(
        "manual_dir", None, "Folder with files that you downloaded (MNIST)."
    )


def main(_) -> None:
    """Prints the catalogue, or shows one dataset."""
    if FLAGS.dataset is None:
        print(catalogue())
        return
    output = FLAGS.output or f"runs/inspect/{FLAGS.dataset.replace('/', '-')}"
    print(
        inspect_dataset(
            FLAGS.dataset,
            output,
            FLAGS.split,
            FLAGS.clips,
            FLAGS.data_dir,
            FLAGS.manual_dir,
        )
    )


if __name__ == "__main__":
    define_flags()
    run_program(main)
