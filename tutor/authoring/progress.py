"""How far a long command is: on a terminal one line, written over; else a line per lesson."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterable
from types import TracebackType
from typing import Self, TextIO

EVERY = 0.1
"""Seconds between two updates: over SSH every byte counts."""


class Progress:
    """Progress of a known number of parts.

    Args:
        stream: Where to write; None for nowhere.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._terminal = stream is not None and stream.isatty()
        self._total = self._count = self._found = 0
        self._began = time.monotonic()
        self._written = 0.0
        self._left: Counter[str] = Counter()
        """How many parts of each lesson are still to come."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave a clean line for what is printed next."""
        if self._terminal and self._stream is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def begin(self, names: Iterable[str]) -> None:
        """There are these parts, each `lesson/step`."""
        self._left = Counter(name.partition("/")[0] for name in names)
        self._total, self._began = self._left.total(), time.monotonic()

    def done(self, name: str, framework: str, found: int) -> None:
        """One part is done, with so many findings."""
        self._count += 1
        self._found += found
        if self._stream is None:
            return
        if not self._terminal:
            lesson = name.partition("/")[0]
            self._left[lesson] -= 1
            if not self._left[lesson]:
                self._stream.write(f"{lesson}: done ({self._count} of {self._total})\n")
                self._stream.flush()
            return
        now = time.monotonic()
        if now - self._written >= EVERY or self._count == self._total:
            self._written = now
            self._stream.write(f"\r\x1b[K{self._line(name, framework, now)}")
            self._stream.flush()

    def _line(self, name: str, framework: str, now: float) -> str:
        width = shutil.get_terminal_size().columns - 1
        bar = 20 * self._count // max(self._total, 1)
        found = f", {self._found} found" if self._found else ""
        text = (
            f"[{'#' * bar}{'.' * (20 - bar)}] {self._count}/{self._total}"
            f" {now - self._began:.0f} s{found}  {name} {framework}"
        )
        return text[:width]
