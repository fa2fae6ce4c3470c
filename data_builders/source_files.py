"""Finds the files that a dataset is built from."""

from collections.abc import Mapping

import tensorflow_datasets as tfds
from etils import epath


def manual_folder(
    dl_manager: tfds.download.DownloadManager,
) -> epath.Path | None:
    """The folder of files that the user downloaded, or None."""
    try:
        return dl_manager.manual_dir
    except AssertionError:  # there is none
        return None


def required_manual_folder(
    dl_manager: tfds.download.DownloadManager, contents: str
) -> epath.Path:
    """The folder of files that the user downloaded.

    Args:
        dl_manager: Of the build.
        contents: What the folder must be, for the message.

    Raises:
        ValueError: If there is none.
    """
    folder = manual_folder(dl_manager)
    if folder is None:
        raise ValueError(
            f"--manual_dir is missing or empty; it must be {contents}."
        )
    return folder


def copied_from_earlier(own: epath.Path) -> bool:
    """Copies a file from another built version of the same config.

    Args:
        own: Where the file is to be, in the folder of the version.

    Returns:
        Whether there is such a file.
    """
    for path in sorted(own.parent.parent.glob(f"*/{own.name}")):
        if tfds.core.Version.is_valid(path.parent.name):
            own.parent.mkdir(parents=True, exist_ok=True)
            path.copy(own)
            return True
    return False


def downloaded(
    dl_manager: tfds.download.DownloadManager,
    urls: Mapping[str, str],
    remedy: str | None = None,
) -> dict[str, epath.Path]:
    """Downloads files, whose SHA-256 are in `checksums.tsv`.

    Args:
        dl_manager: Of the build.
        urls: File name to URL.
        remedy: What to do if that fails, for the message; None for files that
            may be in the manual folder.

    Returns:
        File name to path.

    Raises:
        ValueError: If a file cannot be downloaded or has another checksum.
    """
    try:
        return dl_manager.download(dict(urls))
    except Exception as error:  # tfds lets the errors of several libraries pass
        lacking = urls
        if remedy is None:  # the message gives the addresses
            lacking = urls.values()
            remedy = (
                f"get {', '.join(urls)} by other means, and give the folder "
                "as --manual_dir"
            )
        raise ValueError(
            f"{', '.join(lacking)} cannot be downloaded ({why(error)}); "
            f"{remedy}."
        ) from error


def why(error: Exception) -> str:
    """The reason in an error, without a file name and a final full stop."""
    text = getattr(error, "strerror", None) or str(error)
    return text.strip().partition("\n")[0].rstrip(".:") or type(error).__name__
