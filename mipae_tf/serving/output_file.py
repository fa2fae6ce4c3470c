"""The file that a forecast or generated clips are written to."""

import pathlib

EXTENSIONS = (".gif", ".mp4", ".npy")


def check_output(output: pathlib.Path) -> None:
    """Checks the path of an output.

    Raises:
        ValueError: if it has another suffix than those of `EXTENSIONS`, or is a
            folder.
    """
    if output.suffix.lower() not in EXTENSIONS:
        raise ValueError(
            f"--output={output} must end in {', '.join(EXTENSIONS[:-1])} or "
            f"{EXTENSIONS[-1]}."
        )
    if output.is_dir():
        raise ValueError(f"--output={output} is a folder; a file is needed.")
