"""What a host says of what went wrong outside of any attempt."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
from typing import Any


def noise(text: str) -> None:
    """Framework logs go to the host's stderr, which the UI keeps apart."""
    with contextlib.suppress(OSError):
        os.write(2, text.encode("utf-8", "replace"))


def no_worker(error: OSError) -> dict[str, Any]:
    """No process, descriptor or room on the disk is left; the next try may find some."""
    return {"what": "resources", "type": type(error).__name__, "message": str(error)}


def of_import(error: BaseException) -> dict[str, Any]:
    """What a host says when its framework could not be imported."""
    missing = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
    return {
        "what": "import",
        "type": type(error).__name__,
        "message": str(error)[:2000],
        "missing": missing or "",
        "executable": sys.executable,
        "python": platform.python_version(),
    }
