"""What the learner's code prints, as it prints it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

MAX_LINES = 2_000
"""Lines kept; the runtime sends at most 1 MiB, which is 500,000 lines of one character."""

MAX_LINE = 4_000
"""Characters kept of one line."""

FEW = 5
"""Rows that are read at a glance: with a verdict they leave room for what is drawn at 24 rows."""

_CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, cursor movement
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles, links
    r"|\x1b[@-Z\\-_]"
    r"|[\x00-\x07\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]"
)
_PIECES = re.compile(r"[\r\n\b]|[^\r\n\b]+")


@dataclass
class PrintedLine:
    """One line, as it stands now."""

    text: str = ""
    error: bool = False
    """Whether any of it came from stderr."""
    cut: int = 0
    """Characters left out at its end."""
    rows: tuple[str, ...] = ()
    """The text broken into rows; see `broken`."""
    rows_of: tuple[int, str] = (0, "")
    """The width and the text that `rows` is of."""

    def broken(self, width: int) -> tuple[str, ...]:
        """The text in rows of a width; broken anew only when either changed."""
        wanted = (width, self.text)
        if self.rows_of != wanted:
            self.rows = tuple(_fold(self.text, width))
            self.rows_of = wanted
        return self.rows


class OutputBuffer:
    """The lines a terminal would show: CR and BS go back, as progress bars do.

    Colours and cursor movements are dropped. Only the last ``MAX_LINES`` lines are kept, and
    ``dropped`` counts the others.
    """

    def __init__(self) -> None:
        self.lines: list[PrintedLine] = []
        self.dropped = 0
        self._column = 0
        self._open = False
        """Whether the last line has not ended yet."""

    def feed(self, text: str, error: bool = False) -> None:
        """Take a slice of output."""
        text = self._newest(text)
        for piece in _PIECES.findall(_CONTROL.sub("", text)):
            if piece == "\n":
                if not self._open:
                    self.lines.append(PrintedLine(error=error))
                self._open = False
                self._column = 0
            elif piece == "\r":
                self._column = 0
            elif piece == "\b":
                self._column = max(self._column - 1, 0)
            else:
                self._write(piece.expandtabs(8), error)
        surplus = len(self.lines) - MAX_LINES
        if surplus > 0:
            del self.lines[:surplus]
            self.dropped += surplus

    def _newest(self, text: str) -> str:
        """Return what is kept of a slice; only count what is before it.

        Taking apart all lines of a full slice, 1 MiB, held the keys up for 90 ms.
        """
        surplus = text.count("\n") - MAX_LINES
        if surplus <= 0:
            return text
        before = text.rsplit("\n", MAX_LINES)[0]
        self.dropped += len(self.lines) + surplus + (not self._open)
        self.lines.clear()
        self._open = False
        self._column = 0
        return text[len(before) + 1 :]

    def _write(self, text: str, error: bool) -> None:
        if not self._open:
            self.lines.append(PrintedLine())
            self._open = True
            self._column = 0
        line = self.lines[-1]
        line.error = line.error or error
        end = self._column + len(text)
        whole = line.text[: self._column] + text + line.text[end:]
        line.cut += max(len(whole) - MAX_LINE, 0)
        line.text = whole[:MAX_LINE]
        self._column = min(end, MAX_LINE)


class OutputView(Widget):
    """Paints an :class:`OutputBuffer`; only the rows on the screen are rendered."""

    DEFAULT_CSS = """
    OutputView { width: 1fr; height: auto; display: none; }
    OutputView.-some { display: block; }
    OutputView > .output--error { color: $text-warning; text-style: italic; }
    OutputView > .output--note { color: $text-muted; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"output--error", "output--note"}

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.buffer = OutputBuffer()
        self._rows: list[tuple[str, str]] = []
        """(text, component class) for each row painted, at `_width`."""
        self._width = 0

    def clear(self) -> None:
        """Forget everything, for a new run."""
        self.buffer = OutputBuffer()
        self._width = 0
        self.remove_class("-some")

    def feed(self, text: str, error: bool) -> None:
        """Take a slice of output and repaint once."""
        self.buffer.feed(text, error)
        self._width = 0
        self.add_class("-some")
        self.refresh(layout=True)

    def is_short(self, width: int) -> bool:
        """Whether it is only a few rows."""
        lines = self.buffer.lines
        return len(lines) <= FEW and sum(len(line.broken(max(width, 2))) for line in lines) <= FEW

    @property
    def text(self) -> str:
        """The lines kept."""
        return "\n".join(line.text for line in self.buffer.lines)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as there is room."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the lines take when broken at the width."""
        self._break(width)
        return len(self._rows)

    def _break(self, width: int) -> None:
        if width == self._width:
            return
        self._width = width
        self._rows = list(self._broken(max(width, 2)))

    def _broken(self, width: int) -> Iterator[tuple[str, str]]:
        if self.buffer.lines:
            yield "Printed:", "output--note"
        if self.buffer.dropped:
            yield f"… the first {self.buffer.dropped:,} lines are not kept", "output--note"
        for line in self.buffer.lines:
            style = "output--error" if line.error else ""
            for row in line.broken(width):
                yield row, style
            if line.cut:
                yield f"… {line.cut:,} more characters on this line", "output--note"

    def render_line(self, y: int) -> Strip:
        """One row."""
        width = self.content_size.width
        self._break(width)
        if y >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        text, style = self._rows[y]
        rich_style: Style = self.get_component_rich_style(style) if style else self.rich_style
        return Strip([Segment(text, rich_style)]).adjust_cell_length(width, self.rich_style)


def _fold(text: str, width: int) -> Iterator[str]:
    if text.isascii() or cell_len(text) == len(text):
        for start in range(0, max(len(text), 1), width):
            yield text[start : start + width]
        return
    row = ""
    taken = 0
    for character in text:
        size = cell_len(character)
        if taken + size > width:
            yield row
            row, taken = "", 0
        row += character
        taken += size
    yield row
