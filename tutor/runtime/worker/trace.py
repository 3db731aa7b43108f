"""Exceptions as data: where in the learner's own lines, and a little of the library below."""

from __future__ import annotations

import linecache
import os
import sys
import traceback
from typing import Any

from .encode import describe, is_a

LIBRARY_FRAMES = 2
"""Of frames below the learner's last, the innermost ones that are kept."""
OWN_FRAMES = 12
"""Of the learner's own frames, half from each end: a recursion has a thousand."""


def remember(file: str, source: str) -> None:
    """Let tracebacks show the lines of a block even when its file has gone."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)


def report(error: BaseException, blocks: dict[str, str]) -> dict[str, Any]:
    """Return the exception with its frames; ``blocks`` maps file names to block names."""
    frames: list[dict[str, Any]] = []
    here = error.__traceback__
    while here is not None:
        code = here.tb_frame.f_code
        block = blocks.get(code.co_filename, "")
        if block or frames:
            frames.append(_frame(block, code.co_filename, here.tb_lineno, code.co_name))
        here = here.tb_next
    if is_a(error, SyntaxError) and getattr(error, "filename", None) in blocks:
        file, line = str(error.filename), int(error.lineno or 1)  # type: ignore[attr-defined]
        frames.append(_frame(blocks[file], file, line, "<module>"))
    return {**describe(error), "frames": _shorten(frames)}


def own_line(error: BaseException, blocks: dict[str, str]) -> dict[str, Any]:
    """Return the innermost line of the learner's own that was running; empty without one."""
    found: dict[str, Any] = {}
    here = error.__traceback__
    while here is not None:
        file = here.tb_frame.f_code.co_filename
        if blocks.get(file) == "answer":
            text = linecache.getline(file, here.tb_lineno).strip()[:500]
            found = {"line": here.tb_lineno, "source": text}
        here = here.tb_next
    return found


def _frame(block: str, file: str, line: int, function: str) -> dict[str, Any]:
    return {
        "block": block,
        "file": short(file),
        "line": line,
        "function": function,
        "source": linecache.getline(file, line).strip()[:500],
    }


def _shorten(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    last = max((i for i, frame in enumerate(frames) if frame["block"]), default=-1)
    own = [frame for frame in frames[: last + 1] if frame["block"]]
    if len(own) > OWN_FRAMES:
        own = own[: OWN_FRAMES // 2] + own[-OWN_FRAMES // 2 :]
    return own + frames[last + 1 :][-LIBRARY_FRAMES:]


def short(path: str) -> str:
    """Cut a path at its import root: `torch/nn/functional.py`."""
    roots = [root for root in sys.path if root and path.startswith(root.rstrip(os.sep) + os.sep)]
    if not roots:
        return path
    return path[len(max(roots, key=len).rstrip(os.sep)) + 1 :]


def plain(error: BaseException) -> str:
    """Return the usual traceback text, for faults of our own."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))
