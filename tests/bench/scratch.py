"""Where servers and db_bench keep their data meanwhile: all on one file system, so that they compare."""

import contextlib
import os
import pathlib
import shutil
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "build" / "bench"
FOLDER = pathlib.Path(os.environ.get("RIVULET_BENCH_DIR", OUTPUT / "data"))


@contextlib.contextmanager
def scratch():
    """A directory that goes away."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    directory = pathlib.Path(tempfile.mkdtemp(dir=FOLDER))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
