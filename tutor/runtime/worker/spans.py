"""Recorded while an attempt runs, for a timeline: what took time, from when to when.

Nothing is made, and no listener installed, unless the job asks for a timeline. Every clock here is
``time.monotonic``, which host and worker share, so that time counts from the press of Run.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

# Bound now: a clock that the learner's code has replaced must not be read.
now = time.monotonic
_thread = threading.get_ident

MAX_KEPT = 20_000
"""Spans; 100 bytes each. A loop that compiles at every step makes more than anyone can look at."""
TINY = 20e-6
"""Seconds; shorter ones are not recorded: reading the clock costs a tenth of that."""


class Spans:
    """The spans of one attempt."""

    def __init__(self, pressed: float) -> None:
        self.pressed = pressed
        """When Run was pressed, on the clock that host and worker share."""
        self.dropped = 0
        """How many came when there was no more room."""
        self._kept: list[tuple[str, str, float, float]] = []
        self._thread = _thread()
        self._open = True

    def add(self, name: str, phase: str, start: float, end: float) -> None:
        """Record a span of this thread; others' would overlap it. What came before Run is cut."""
        start = max(start, self.pressed)
        if not self._open or end - start < TINY or _thread() != self._thread:
            return
        if len(self._kept) >= MAX_KEPT:
            self.dropped += 1
            return
        self._kept.append((name, phase, start, end))

    @contextlib.contextmanager
    def during(self, name: str, phase: str) -> Iterator[None]:
        """Record what runs within, also when it raises."""
        start = now()
        try:
            yield
        finally:
            self.add(name, phase, start, now())

    def close(self) -> None:
        """The run is over: what views make the framework do is no part of it."""
        self._open = False

    def taken(self) -> list[tuple[str, str, float, float]]:
        """Return name, phase, start and end of each, in seconds since Run was pressed."""
        zero = self.pressed
        return [(name, phase, a - zero, b - zero) for name, phase, a, b in self._kept]
