"""When the UI itself fails: a sentence for the learner, and a file for whoever mends it."""

from __future__ import annotations

import os
import time
import traceback
from pathlib import Path


def write_report(error: BaseException, folder: Path) -> Path | None:
    """Write the traceback to a new file; None when nothing can be written."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    path = folder / f"crash-{stamp}-{os.getpid()}.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        return None
    return path


def sentence(error: BaseException, report: Path | None) -> str:
    """Return what the learner is told."""
    what = (
        f"fwtutor met an error of its own ({type(error).__name__}) and closed; your work is saved."
    )
    where = f" The details are in {report}." if report else " The details could not be written."
    return what + where + " Start fwtutor again to go on."
