"""Finds the files that a dataset is built from."""

from collections.abc import Mapping

import tensorflow_datasets as tfds
from etils import epath
from tensorflow_datasets.core.download import download_manager
from tensorflow_datasets.core.download import util

_FAILURES = (
    OSError,  # includes errors of the connection
    util.DownloadError,
    download_manager.NonMatchingChecksumError,
)


def manual_folder(
    dl_manager: tfds.download.DownloadManager,
) -> epath.Path | None:
    """The folder of files that the user downloaded, or None."""
    try:
        return dl_manager.manual_dir
    except AssertionError:  # there is none
        return None


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
    dl_manager: tfds.download.DownloadManager, urls: Mapping[str, str]
) -> dict[str, epath.Path]:
    """Downloads files, whose SHA-256 are in `checksums.tsv`.

    Args:
        dl_manager: Of the build.
        urls: File name to URL.

    Returns:
        File name to path.

    Raises:
        ValueError: If a file cannot be downloaded or has another checksum.
    """
    try:
        return dl_manager.download(dict(urls))
    except _FAILURES as error:
        raise ValueError(
            f"{', '.join(urls.values())} cannot be downloaded "
            f"({str(error).strip().splitlines()[0]}); get {', '.join(urls)} by "
            "other means, and give the folder as --manual_dir."
        ) from error
