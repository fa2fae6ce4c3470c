"""Brings the published weights of LPIPS into one file, without torch.

    python -m mipae_tf.metrics.convert_lpips \
        --backbone_pth=alexnet-owt-7be5be79.pth --heads_pth=alex.pth \
        --out=lpips_alex.npz

The backbone is torchvision's, https://download.pytorch.org/models/ with
alexnet-owt-7be5be79.pth or vgg16-397923af.pth; the heads are version 0.1,
alex.pth or vgg.pth, in https://github.com/richzhang/PerceptualSimilarity under
lpips/weights/v0.1. Other tensors in the files are left out.
"""

import pathlib
import sys

import numpy as np
from absl import app
from absl import flags

from mipae_tf.cli import quiet  # noqa: F401  isort: skip, before TensorFlow
from mipae_tf.files import write_atomically
from mipae_tf.metrics.frames.lpips import BACKBONES
from mipae_tf.metrics.frames.lpips import weight_shapes
from mipae_tf.metrics.frames.torch_file import read_state_dict


def convert_lpips(
    backbone_pth: str | pathlib.Path,
    heads_pth: str | pathlib.Path,
    out: str | pathlib.Path,
) -> str:
    """Writes the file of weights that `Lpips` reads.

    Args:
      backbone_pth: state dict of torchvision's AlexNet or VGG16.
      heads_pth: state dict of the linear heads.
      out: `.npz` file to write.

    Returns:
      The backbone whose weights they are, "alex" or "vgg".

    Raises:
      ValueError: files that cannot be read, or that together are of neither
        backbone; or another ending of `out`.
    """
    out = pathlib.Path(out)
    if out.suffix != ".npz":
        raise ValueError(f"--out must end in .npz, got {out}.")
    tensors = read_state_dict(backbone_pth) | read_state_dict(heads_pth)
    found = {name: tensor.shape for name, tensor in tensors.items()}
    for backbone in BACKBONES:
        if weight_shapes(backbone).items() <= found.items():
            break
    else:
        raise ValueError(
            f"{backbone_pth} and {heads_pth} must hold the features and the "
            f"heads of one of {tuple(BACKBONES)}, got neither."
        )
    arrays = {name: tensors[name] for name in weight_shapes(backbone)}
    write_atomically(out, lambda part: np.savez(part, **arrays))
    return backbone


def define_flags() -> None:
    """The flags of this command."""
    flags.DEFINE_string("backbone_pth", None, "Weights of torchvision.")
    flags.DEFINE_string("heads_pth", None, "Weights of the LPIPS heads.")
    flags.DEFINE_string("out", None, "The .npz file to write.")
    flags.mark_flags_as_required(["backbone_pth", "heads_pth", "out"])


def main(_) -> None:
    """Converts, and says what came out."""
    values = flags.FLAGS
    try:
        backbone = convert_lpips(
            values.backbone_pth, values.heads_pth, values.out
        )
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    print(f"Weights of {backbone}: {values.out}")


if __name__ == "__main__":
    define_flags()
    app.run(main)
