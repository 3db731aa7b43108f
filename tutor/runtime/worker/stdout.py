"""The learner's sys.stdout: to the pipe line by line, with a copy for ``printed()``."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Any

KEEP = 4 << 20
"""Bytes kept of what was printed."""


class _Tee(io.FileIO):
    """The raw end of stdout: one call per flush, so 1,000,000 lines cost half a second."""

    def __init__(self) -> None:
        super().__init__(1, "wb", closefd=False)
        self.kept: list[bytes] = []
        self.size = 0

    def write(self, data: Any) -> int | None:
        """Pass on, and keep."""
        if self.size < KEEP:
            part = bytes(data)
            self.kept.append(part)
            self.size += len(part)
        return super().write(data)


class Stdout:
    """Owns the stream that the learner's code sees as sys.stdout."""

    def __init__(self) -> None:
        self._tee = _Tee()
        self._stream = io.TextIOWrapper(
            io.BufferedWriter(self._tee, 1 << 16),
            encoding="utf-8",
            errors="backslashreplace",
            line_buffering=True,
        )
        self._flush = self._stream.flush
        self._end: int | None = None

    def install(self) -> None:
        """Become sys.stdout."""
        sys.stdout = sys.__stdout__ = self._stream

    def blocks_ended(self) -> None:
        """What is printed from here on is not the blocks' own."""
        self.settle()
        self._end = self._tee.size

    def settle(self) -> None:
        """Flush, if the learner's code has left something to flush to."""
        for flush in (self._flush, sys.stderr.flush if sys.stderr else None):
            try:
                if flush:
                    flush()
            except (OSError, ValueError, AttributeError):
                pass

    def lines(self) -> list[str]:
        """Return the lines that the blocks printed."""
        self.settle()
        return self.text(0, self._end).splitlines()

    def text(self, start: int, end: int | None = None) -> str:
        """Return what was printed between two positions."""
        return b"".join(self._tee.kept)[start:end].decode("utf-8", "replace")

    def position(self) -> int:
        """Return where printing stands."""
        self.settle()
        return self._tee.size


class Muted:
    """Sends file descriptors 1 and 2 to nowhere while it lasts (reruns for further seeds)."""

    def __init__(self, on: bool = True) -> None:
        self._on = on

    def __enter__(self) -> None:
        self._saved: list[int] = []
        if not self._on:
            return
        for stream in (sys.stdout, sys.stderr):
            _flush(stream)
        null = os.open(os.devnull, os.O_WRONLY)
        for fd in (1, 2):
            try:
                self._saved.append(os.dup(fd))
            except OSError:  # the learner's code closed it
                self._saved.append(-1)
                continue
            os.dup2(null, fd)
        os.close(null)

    def __exit__(self, *error: object) -> None:
        if not self._saved:
            return
        for stream in (sys.stdout, sys.stderr):
            _flush(stream)
        for fd, saved in zip((1, 2), self._saved):
            if saved >= 0:
                os.dup2(saved, fd)
                os.close(saved)


def _flush(stream: Any) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        stream.flush()
