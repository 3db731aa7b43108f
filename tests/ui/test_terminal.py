"""The UI in a real process on a real pseudo-terminal: signals, a dropped line, a crash."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PATIENCE = 20.0
"""Seconds until a test gives up; nothing here takes one on an idle machine."""


ANSWER = "4é"
"""Its last letter is in no escape sequence, so that its echo can be waited for."""


def environment() -> dict[str, str]:
    """Ours, without the size of our own terminal, which pytest's workers are told."""
    kept = {name: text for name, text in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    return {**kept, "TERM": "xterm-256color"}


class Terminal:
    """A process whose terminal this is."""

    def __init__(self, drafts: Path, step: str, size: tuple[int, int] = (80, 24)) -> None:
        self.screen = b""
        """Everything written to the terminal."""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.fake_main", str(drafts), step],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            # No thread of this process can hold a lock that the child needs for one ioctl.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
            cwd=Path(__file__).parents[2],
            env=environment(),
        )
        self._slave = slave
        """Kept open so that the settings can be read afterwards."""

    def settings(self) -> list[object]:
        return termios.tcgetattr(self._slave)

    def hang_up(self) -> None:
        """Close the terminal, as a dropped SSH line does."""
        os.close(self._slave)
        self._slave = -1
        os.close(self._master)
        self._master = -1

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def wait_for(self, text: str) -> None:
        """Read until the text was written."""
        end = time.monotonic() + PATIENCE
        while text.encode() not in self.screen:
            assert time.monotonic() < end, f"no {text!r} in {self.screen[-2000:]!r}"
            self.read(0.1)

    def read(self, seconds: float) -> None:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if ready:
            try:
                self.screen += os.read(self._master, 65536)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise

    def wait(self) -> int:
        """Wait for the process to end, reading on."""
        end = time.monotonic() + PATIENCE
        while (status := self.process.poll()) is None:
            assert time.monotonic() < end, "still running"
            if self._master >= 0:
                self.read(0.05)
            else:
                time.sleep(0.05)
        if self._master >= 0:
            self.read(0.1)
        return status

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for descriptor in (self._master, self._slave):
            if descriptor >= 0:
                with contextlib.suppress(OSError):
                    os.close(descriptor)


@pytest.fixture
def drafts(tmp_path: Path) -> Path:
    return tmp_path / "drafts.json"


@contextlib.contextmanager
def terminal(drafts: Path, step: str) -> Iterator[Terminal]:
    opened = Terminal(drafts, step)
    try:
        yield opened
    finally:
        opened.close()


def typed(drafts: Path) -> str:
    return str(json.loads(drafts.read_text())["text"])


def assert_restored(screen: Terminal) -> None:
    for sequence in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l"):
        assert sequence in screen.screen, sequence
    assert screen.settings() == screen.before


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_restores_and_ends(drafts: Path, signum: signal.Signals) -> None:
    with terminal(drafts, "by-hand") as screen:
        screen.wait_for("What is")
        screen.type(ANSWER)
        screen.wait_for(ANSWER[-1])
        screen.process.send_signal(signum)
        assert screen.wait() == 128 + signum
        assert_restored(screen)
        assert typed(drafts) == ANSWER
        assert b"Traceback" not in screen.screen
        assert b"closed=True" in screen.screen


def test_a_dropped_line_saves_and_leaves_no_process(drafts: Path) -> None:
    with terminal(drafts, "by-hand") as screen:
        screen.wait_for("What is")
        screen.type(ANSWER)
        screen.wait_for(ANSWER[-1])
        screen.hang_up()
        assert screen.wait() == 128 + signal.SIGHUP
        assert typed(drafts) == ANSWER


def test_a_dropped_line_while_something_runs(drafts: Path) -> None:
    with terminal(drafts, "mse-gradient") as screen:
        screen.wait_for("loss_grad")
        screen.type("#x")
        screen.type("\x12")
        screen.wait_for("Not yet")
        screen.hang_up()
        assert screen.wait() == 128 + signal.SIGHUP
        assert "    return #x\n" in typed(drafts)


def test_quitting_restores_the_terminal(drafts: Path) -> None:
    with terminal(drafts, "by-hand") as screen:
        screen.wait_for("What is")
        screen.type("7\x11")
        assert screen.wait() == 0
        assert_restored(screen)
        assert typed(drafts) == "7"


def test_a_crash_is_a_sentence_and_a_report(drafts: Path) -> None:
    with terminal(drafts, "crash") as screen:
        screen.wait_for("What is")
        screen.type(ANSWER)
        screen.wait_for(ANSWER[-1])
        screen.type("\x1bOP")  # F1, which fails on purpose here
        assert screen.wait() == 1
        assert_restored(screen)
        text = screen.screen.decode()
        assert "fwtutor met an error of its own (ZeroDivisionError)" in text
        assert "Traceback" not in text
        [report] = drafts.parent.glob("crash-*.log")
        assert "ZeroDivisionError: on purpose" in report.read_text()
        assert typed(drafts) == ANSWER


def test_twenty_by_five(drafts: Path) -> None:
    opened = Terminal(drafts, "by-hand", (20, 5))
    try:
        opened.wait_for("40×12")
        opened.type("\x11")
        assert opened.wait() == 0
    finally:
        opened.close()
