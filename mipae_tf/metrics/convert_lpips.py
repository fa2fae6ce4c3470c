"""Converts the published LPIPS weights to one file, without torch.

    python -m mipae_tf.metrics.convert_lpips \
        --backbone_pth=alexnet-owt-7be5be79.pth --heads_pth=alex.pth \
        --out=lpips_alex.npz

The backbone is from torchvision: alexnet-owt-7be5be79.pth or
vgg16-397923af.pth from https://download.pytorch.org/models/. The heads are
version 0.1: alex.pth or vgg.pth from
https://github.com/richzhang/PerceptualSimilarity, folder lpips/weights/v0.1.
Other tensors in the files are ignored.
"""

import io
import pathlib

import numpy as np
from absl import app
from absl import flags

if __name__ == "__main__":  # before TensorFlow is imported
    from mipae_tf.cli import quiet  # noqa: F401

from mipae_tf.cli.path_flag import define_path
from mipae_tf.cli.screen import exit_on_error
from mipae_tf.files import expand_home
from mipae_tf.files import same_file
from mipae_tf.files import write_file
from mipae_tf.metrics.frames.lpips import BACKBONES
from mipae_tf.metrics.frames.lpips import weight_shapes
from mipae_tf.metrics.frames.torch_file import read_state_dict


def convert_lpips(
    backbone_pth: str | pathlib.Path,
    heads_pth: str | pathlib.Path,
    out: str | pathlib.Path,
) -> str:
    """Writes the weights file that `Lpips` reads.

    Args:
      backbone_pth: state dict of torchvision's AlexNet or VGG16.
      heads_pth: state dict of the linear heads.
      out: `.npz` file to write.

    Returns:
      The backbone of the weights, "alex" or "vgg".

    Raises:
      ValueError: if a file cannot be read, the files do not match a backbone,
        or `out` does not end in `.npz` or is one of the inputs.
    """
    out, *sources = (
        pathlib.Path(expand_home(path))
        for path in (out, backbone_pth, heads_pth)
    )
    if out.suffix.lower() != ".npz":
        raise ValueError(f"--out must end in .npz, got {out}.")
    if any(same_file(out, source) for source in sources):
        raise ValueError(f"--out={out} is one of the files to convert.")
    tensors = read_state_dict(sources[0]) | read_state_dict(sources[1])
    found = {name: tensor.shape for name, tensor in tensors.items()}
    for backbone in BACKBONES:
        if weight_shapes(backbone).items() <= found.items():
            break
    else:
        raise ValueError(
            f"{backbone_pth} and {heads_pth} must contain the features and the "
            f"heads of one of {tuple(BACKBONES)}, got neither."
        )
    arrays = {name: tensors[name] for name in weight_shapes(backbone)}
    data = io.BytesIO()
    np.savez(data, **arrays)
    write_file(out, data.getvalue())
    return backbone


def define_flags() -> None:
    """Defines the flags of this command."""
    define_path("backbone_pth", None, "Weights from torchvision.")
    define_path("heads_pth", None, "Weights of the LPIPS heads.")
    define_path("out", None, "The .npz file to write.")


def main(_) -> None:
    """Converts the weights and prints the result."""
    values = flags.FLAGS
    for name in ("backbone_pth", "heads_pth", "out"):
        if values[name].value is None:
            raise ValueError(
                f"--{name} is missing; --backbone_pth, --heads_pth and --out "
                "must be given."
            )
    backbone = convert_lpips(values.backbone_pth, values.heads_pth, values.out)
    print(f"Weights of {backbone}: {values.out}")


if __name__ == "__main__":
    define_flags()
    with exit_on_error(ValueError, flags.Error):
        app.run(main, flags_parser=flags.FLAGS)
