"""Where a benchmark runs: folders that go afterwards, and a look at what it left running."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""

APPS = Path(__file__).parent / "apps"
"""Programs that are started as processes of their own."""

MARK = "FWTUTOR_BENCHMARK"
"""Every process started here has it in its environment, with our process id."""

GONE_SECONDS = 10.0
"""For processes to see that nobody reads them and go."""


@contextlib.contextmanager
def temporary(name: str) -> Iterator[Path]:
    """A folder that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"fwtutor-benchmark-{name}-"))
    try:
        yield folder
    finally:
        # A process just killed may still be writing its last file.
        shutil.rmtree(folder, ignore_errors=True)


def mark() -> None:
    """Make every process started from now on recognisable."""
    os.environ[MARK] = str(os.getpid())


def left_behind(seconds: float = GONE_SECONDS) -> list[str]:
    """Wait for what was started here to be gone; return what is not, as `pid name`."""
    import psutil

    deadline = time.monotonic() + seconds
    while True:
        found: list[str] = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                ours = process.environ().get(MARK) == str(os.getpid())
                if ours and process.pid != os.getpid():
                    found.append(f"{process.pid} {process.name()}")
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.2)
