"""`fwtutor author preview` as a process on a real pseudo-terminal, with a real $EDITOR."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import stat
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

from tests.controlling_terminal import own_terminal
from tests.small_course import make_course

PATIENCE = 30.0
"""Seconds until a test gives up."""


class Terminal:
    """A preview, and what its terminal shows."""

    def __init__(self, words: list[str], environment: dict[str, str]) -> None:
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self._master, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(self._slave)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tutor", "author", "preview", *words],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            preexec_fn=lambda: own_terminal(self._slave),  # noqa: PLW1509
            cwd=Path(__file__).parents[3],
            env={**os.environ, "TERM": "xterm-256color", **environment},
        )

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def settings(self) -> list[object]:
        return termios.tcgetattr(self._slave)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def read(self, seconds: float) -> None:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if ready:
            data = os.read(self._master, 65536)
            # Private and request sequences with > or $, which pyte would print.
            self._stream.feed(re.sub(rb"\x1b\[[>?0-9;]*(\$p|u)", b"", data))

    def wait_for(self, text: str, *, gone: bool = False) -> None:
        end = time.monotonic() + PATIENCE
        while (text in self.text) == gone:
            assert time.monotonic() < end, f"{text!r} in {self.text}"
            self.read(0.1)

    def wait(self) -> int:
        end = time.monotonic() + PATIENCE
        while (status := self.process.poll()) is None:
            assert time.monotonic() < end, "still running"
            self.read(0.05)
        return status

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)
        os.close(self._slave)


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    return make_course(tmp_path) / "first" / "01-sums.yaml"


@pytest.fixture
def editor(tmp_path: Path) -> Path:
    """A `vi` that notes how it was called, and mends the file."""
    path = tmp_path / "vi"
    path.write_text(
        f'#!/bin/sh\necho "$1 $2" > {tmp_path}/called\nsed -i "s/anwser: x/answer: x/" "$2"\n'
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def preview(lesson: Path, editor: Path, tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(
        [str(lesson), "--framework", "numpy"],
        {"FWTUTOR_HOME": str(tmp_path / "home"), "VISUAL": "", "EDITOR": str(editor)},
    )
    yield opened
    opened.close()


def test_save_break_mend_in_the_editor_and_leave(
    preview: Terminal, lesson: Path, tmp_path: Path
) -> None:
    preview.wait_for("Sums are useful.")
    lesson.write_text(lesson.read_text().replace("Sums are **useful**.", "Sums are fine."))
    preview.wait_for("Sums are fine.")
    lesson.write_text(lesson.read_text().replace("answer: x", "anwser: x"))
    preview.wait_for("Did you mean answer?")
    assert "Sums are fine." in preview.text, "the last good version is behind"
    broken = next(
        number
        for number, line in enumerate(lesson.read_text().splitlines(), start=1)
        if "anwser" in line
    )
    shown = preview.screen.display
    row = next(index for index, line in enumerate(shown) if f"{broken}:7 unknown field" in line)
    assert shown[row + 1].index("anwser") == shown[row + 2].index("^")
    preview.type("\x1b[B\r")  # the fault before it is the missing field's
    preview.wait_for("Did you mean answer?", gone=True)
    preview.wait_for("Sums are fine.")
    assert (tmp_path / "called").read_text() == f"+{broken} {lesson}\n"
    preview.type("\x1b[17~")  # F6
    preview.wait_for("Author's view")
    preview.wait_for("nothing found")
    preview.type("\x11")
    assert preview.wait() == 0
    assert preview.settings() == preview.before


def test_nothing_is_left_and_the_record_is_untouched(preview: Terminal, tmp_path: Path) -> None:
    preview.wait_for("Sums are useful.")
    preview.type("\x11")
    assert preview.wait() == 0
    home = tmp_path / "home"
    assert not home.exists() or {path.name for path in home.iterdir()} <= {"cache"}


def test_without_a_terminal_it_is_a_sentence(lesson: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tutor", "author", "preview", str(lesson)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("fwtutor: A preview needs a terminal.")
    done = subprocess.run(
        [sys.executable, "-m", "tutor", "author", "preview", "nowhere.yaml"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "There is no file nowhere.yaml." in done.stderr
