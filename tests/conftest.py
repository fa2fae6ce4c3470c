"""Settings and fixtures of all tests."""

import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
# Small matrix products are slower with several threads if tests run in
# parallel.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from programs import Programs


@pytest.fixture(scope="session")
def real_data() -> pathlib.Path:
    """Folder of real data files; the test is skipped if it is not set."""
    folder = os.environ.get("MIPAE_TF_TEST_DATA")
    if not folder:
        pytest.skip("MIPAE_TF_TEST_DATA is not set, so there is no real data")
    path = pathlib.Path(folder)
    assert path.is_dir(), f"MIPAE_TF_TEST_DATA={folder} is not a folder"
    return path


@pytest.fixture(scope="session")
def run_program():
    """`run_program(name, *arguments)` gives code, stdout and stderr."""
    programs = Programs()
    yield programs
    programs.close()
