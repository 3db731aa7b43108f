"""What an attempt prints: read from its pipes, cut into time slices, held under the cap."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable

SLICE = 0.1
"""Seconds: one message per line delayed the reader by 2.3 s at 100,000 lines."""
CHUNK = 1 << 20

NOISE = re.compile(
    r"^(?:"
    r"[IWEF]\d{4} \d\d:\d\d:\d+\.\d+ +\d+ \S+:\d+\]"  # absl, glog
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWEF] \S+:\d+\]"  # TensorFlow's own
    r"|WARNING: All log messages before absl::InitializeLog\(\)"
    r"|To enable the following instructions: .* rebuild TensorFlow"
    r")"
)
"""Lines that frameworks log to stderr; a learner did not cause them."""


class Stream:
    """One of an attempt's two streams."""

    def __init__(self, name: str, fd: int, hide_noise: bool) -> None:
        self.name = name
        self.fd: int = fd
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._parts: list[str] = []
        self._half = ""
        self._hide_noise = hide_noise
        self.open = True

    def read(self) -> bytes:
        """Return what is there; empty at the end or when nothing waits."""
        try:
            data = os.read(self.fd, CHUNK)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self.open = False
        return data

    def add(self, data: bytes, noise: Callable[[str], None]) -> None:
        """Take bytes that are to be passed on."""
        text = self._decode(data)
        if self._hide_noise:
            text = self._without_noise(text, noise)
        if text:
            self._parts.append(text)

    def _without_noise(self, text: str, noise: Callable[[str], None]) -> str:
        text = self._half + text
        self._half = ""
        kept = []
        for line in text.splitlines(keepends=True):
            if NOISE.match(line):
                if line.endswith("\n"):
                    noise(line)
                else:
                    self._half = line  # the rest of it is still to come
            else:
                kept.append(line)
        return "".join(kept)

    def take(self) -> str:
        """Return the text collected since the last time."""
        text = "".join(self._parts)
        self._parts.clear()
        return text


class Budget:
    """How much an attempt may still print."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.dropped = 0

    def cut(self, data: bytes) -> bytes | None:
        """Return the part that may be passed on; count the rest."""
        if len(data) <= self.left:
            self.left -= len(data)
            return data
        kept, self.left = data[: self.left], 0
        self.dropped += len(data) - len(kept)
        return kept or None
