"""A picture that lies over cells: where it goes, and whether the terminal can show one."""

from __future__ import annotations

import fcntl
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from typing import NamedTuple

BLANK = "\u2800"
"""What the cells under a picture hold: blank, and no character that anything else leaves there. So
the picture's place is seen in what is painted, and cells that show something else are painted over
it: that is what makes a terminal drop its pixels."""


PROBE = '\x1b7\x1b[1;1H\x1bPq"1;1;1;60#0;2;0;0;0#0' + "~-" * 10 + "\x1b\\\x1b[6n\x1b8"
"""Draws in sixel one column of 60 pixels in the corner, and asks where the cursor is then: still on
the first line where a terminal knows no sixel and passes over it, as ECMA-48 asks."""


class Overlay(NamedTuple):
    """A picture for a rectangle of cells that hold `BLANK`."""

    rows: int
    columns: int
    data: str
    """Draws it from the cursor on, down and to the right."""


def may_ask(environ: Mapping[str, str]) -> bool:
    """Whether the terminal may be asked for pixels by drawing some.

    Not the console, which prints what it does not know; nor GNU screen, which hands it on unseen;
    nor a tmux whose own terminal has no sixel: it draws a box of words instead.
    """
    term = environ.get("TERM", "")
    if environ.get("TMUX"):
        return "sixel" in _tmux_features()
    return bool(term) and not term.startswith(("linux", "screen", "dumb"))


def _tmux_features() -> str:
    """What tmux says that its terminal can; nothing when tmux does not answer."""
    command = ["tmux", "display-message", "-p", "#{client_termfeatures}"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=2, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return found.stdout


def cell_size() -> tuple[int, int] | None:
    """Height and width of a cell in pixels; None when the terminal does not say."""
    try:
        packed = fcntl.ioctl(sys.__stderr__.fileno(), termios.TIOCGWINSZ, b"\0" * 8)  # type: ignore[union-attr]
    except (OSError, AttributeError, ValueError):
        return None
    rows, columns, width, height = struct.unpack("HHHH", packed)
    if not (rows and columns and width >= columns and height >= rows):
        return None
    return height // rows, width // columns
