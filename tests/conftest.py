"""What every test shares: quiet TensorFlow, and the real data."""

import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
# Two workers whose small matrix products wait for each other's threads are
# slower than one.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from programs import Programs


@pytest.fixture(scope="session")
def real_data() -> pathlib.Path:
    """Folder of real data files; the test is skipped where none is named."""
    folder = os.environ.get("MIPAE_TF_TEST_DATA")
    if not folder:
        pytest.skip("MIPAE_TF_TEST_DATA is not set: no real data to test on")
    path = pathlib.Path(folder)
    assert path.is_dir(), f"MIPAE_TF_TEST_DATA={folder} is not a folder"
    return path


@pytest.fixture(scope="session")
def run_program():
    """`run_program(name, *arguments)`: exit code, standard output, error."""
    programs = Programs()
    yield programs
    programs.close()
