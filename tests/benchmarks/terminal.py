"""What an app costs its terminal: bytes per key, and time until its first screen stands still."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

SIZE = (120, 36)
"""Columns and rows of the terminal, unless said otherwise."""

QUIET = 0.25
"""Seconds without a byte after which a screen counts as settled."""

KEYS: Mapping[str, bytes] = {
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "pageup": b"\x1b[5~",
    "pagedown": b"\x1b[6~",
    "delete": b"\x1b[3~",
    "enter": b"\r",
    "tab": b"\t",
    "shift+tab": b"\x1b[Z",
    "backspace": b"\x7f",
    "escape": b"\x1b",
    "shift+right": b"\x1b[1;2C",
    "shift+left": b"\x1b[1;2D",
    "shift+up": b"\x1b[1;2A",
    "shift+down": b"\x1b[1;2B",
    "ctrl+right": b"\x1b[1;5C",
    "f5": b"\x1b[15~",
    "f6": b"\x1b[17~",
    "f9": b"\x1b[20~",
    "f12": b"\x1b[24~",
}
"""What xterm sends for keys that are not characters. ``ctrl+x`` for a letter is understood too."""


def key_bytes(key: str) -> bytes:
    """What a terminal sends for `key`: a name of `KEYS`, ``ctrl+`` and a letter, or text."""
    if key in KEYS:
        return KEYS[key]
    if key.startswith("ctrl+") and len(key) == 6:
        return bytes([ord(key[-1]) & 0x1F])
    return key.encode()


class Terminal:
    """A program in a pseudo-terminal of our own; use it as a context."""

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str] | None = None,
        size: tuple[int, int] = SIZE,
    ) -> None:
        self.argv = list(argv)
        """The program and its arguments."""
        self.env = {
            **os.environ,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            **(env or {}),
        }
        """The program's environment."""
        self._size = size
        self.pid = 0
        self.started = 0.0
        """`time.perf_counter()` just before the fork."""
        self.first = 0.0
        """Seconds from the start to the first byte; 0 before it came."""
        self.last = 0.0
        """Seconds from the start to the latest byte."""
        self._fd = -1

    def __enter__(self) -> Self:
        self.started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            try:
                self._set_size(0, self._size)
                os.execvpe(self.argv[0], self.argv, self.env)
            finally:
                os._exit(127)
        self._set_size(self._fd, self._size)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.close(self._fd)
        os.waitpid(self.pid, 0)

    @staticmethod
    def _set_size(fd: int, size: tuple[int, int]) -> None:
        columns, rows = size
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size; the program gets SIGWINCH."""
        self._set_size(self._fd, (columns, rows))

    def send(self, *keys: str) -> None:
        """Press keys; see `key_bytes`."""
        os.write(self._fd, b"".join(key_bytes(key) for key in keys))

    def read(self, seconds: float) -> bytes:
        """Return what the program wrote, at most `seconds` from now; empty if nothing or ended."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:  # Linux gives EIO when the program has gone
            return b""
        self.last = time.perf_counter() - self.started
        self.first = self.first or self.last
        return data

    def settle(self, quiet: float = QUIET, limit: float = 20.0) -> bytes:
        """Return what is written until nothing came for `quiet` seconds, waiting for a first byte."""
        output = bytearray()
        deadline = time.perf_counter() + limit
        while (left := deadline - time.perf_counter()) > 0:
            data = self.read(min(left, quiet))
            if not data and (output or self.first):
                break
            output += data
        return bytes(output)

    def settle_after(self, moment: float, quiet: float = QUIET, limit: float = 20.0) -> bytes:
        """Return what is written until nothing came for `quiet` seconds after a first byte.

        Args:
            moment: Seconds from the start: a byte that came later counts.
            quiet: Seconds of silence that end it.
            limit: Seconds until silence alone ends it.
        """
        output = bytearray()
        deadline = time.perf_counter() + limit
        while (left := deadline - time.perf_counter()) > 0:
            data = self.read(min(left, quiet if self.last > moment else 5.0))
            if not data:
                break
            output += data
        return bytes(output)

    def busy(self) -> float:
        """Seconds of processor time that the program's main thread took so far.

        Unlike the clock on the wall, it does not go on while other programs run.
        """
        text = Path(f"/proc/{self.pid}/schedstat").read_text(encoding="ascii")
        return int(text.split()[0]) / 1e9

    def rss(self) -> int:
        """Resident memory of the program, in bytes."""
        pages = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class KeyCost:
    """What the same keys cost one program."""

    median: float
    """Bytes per key."""
    worst: int
    """Bytes of the most expensive key."""
    counts: tuple[int, ...]
    """Bytes, key by key."""
    rss: int
    """Resident memory of the program afterwards, in bytes."""


@dataclass(frozen=True)
class Settled:
    """When a first screen was there, in seconds from the start of the process."""

    first_byte: float
    """The first byte of any kind."""
    first_content: float
    """The first chunk after the alternate screen was entered that has text in it."""
    settled: float
    """The last byte before the quiet period; the period itself is not counted."""
    bytes: float
    """Bytes written until then."""


def bytes_per_key(
    argv: Sequence[str],
    env: Mapping[str, str] | None = None,
    keys: Sequence[str] = ("right",) * 10,
    warmup: Sequence[str] = (),
    size: tuple[int, int] = SIZE,
) -> KeyCost:
    """Press `warmup`, then each of `keys` alone, and count what each makes the program write."""
    with Terminal(argv, env, size) as terminal:
        terminal.settle(limit=60.0)
        for key in warmup:
            terminal.send(key)
            terminal.settle()
        counts: list[int] = []
        for key in keys:
            terminal.send(key)
            counts.append(len(terminal.settle()))
        return KeyCost(statistics.median(counts), max(counts), tuple(counts), terminal.rss())


_ALTERNATE_SCREEN = b"\x1b[?1049h"


def first_screen(
    argv: Sequence[str],
    env: Mapping[str, str] | None = None,
    size: tuple[int, int] = SIZE,
) -> Settled:
    """Start the program once and return when its first screen stood still."""
    with Terminal(argv, env, size) as terminal:
        output = bytearray()
        content = 0.0
        # Until there is a picture, silence is only a slow machine.
        while data := terminal.read(QUIET if content else 20.0):
            output += data
            _, entered, rest = output.partition(_ALTERNATE_SCREEN)
            # Modes are switched on with some 200 bytes; a painted screen is at least 1 kB.
            if not content and entered and len(rest) > 1024:
                content = terminal.last
        return Settled(terminal.first, content or terminal.last, terminal.last, len(output))
