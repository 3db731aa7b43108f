"""The texts of a code view: their lines, which belong side by side, and where each one matters."""

from __future__ import annotations

from bisect import bisect_right
from typing import TypeVar

from tutor.ui.views import difference
from tutor.ui.views.tokens import Lines
from tutor.views.cells import clean
from tutor.views.model import CodeText
from tutor.views.numbers import count

TELLING = {"hlo": "ENTRY", "python": "def ", "triton": "def ", "cpp": "extern"}
"""What the line begins with that a compact drawing is to show."""

T = TypeVar("T")

Place = tuple[int, int]
"""A pane, and a line of it or -1."""


class Panes:
    """What there is to draw. Two texts of one language are compared."""

    def __init__(self, code: CodeText) -> None:
        self._code = code
        self.texts = [Lines(pane.text, pane.language) for pane in code.panes]
        self.compared = False
        self.pairs: list[difference.Pair] = []
        """Of two that were compared: the lines that stand in each row."""
        self.differs: list[bool] = []
        """Whether they differ, by row."""
        if len(code.panes) == 2 and code.panes[0].language == code.panes[1].language:
            found = difference.aligned(self.texts[0].lines, self.texts[1].lines)
            if found is not None:
                self.compared = True
                self.pairs, self.differs = found
        self._changed: list[set[int]] = [set() for _ in self.texts]
        for pair, differs in zip(self.pairs, self.differs, strict=True):
            for pane, line in enumerate(pair):
                if differs and line >= 0:
                    self._changed[pane].add(line)
        self.longest = max((len(line) for text in self.texts for line in text.lines), default=0)

    def changed(self, pane: int, line: int) -> bool:
        """Whether a line differs from the other text."""
        return line in self._changed[pane]

    @property
    def total(self) -> int:
        """Lines of the longest text, those that were left out too."""
        held = (len(text) for text in self.texts)
        return max(*held, *(pane.lines for pane in self._code.panes), len(self.pairs))

    def title(self, index: int) -> str:
        """A text's title, and how many lines there are."""
        pane, held = self._code.panes[index], len(self.texts[index])
        rest = f", the first {held:,} here" if pane.lines > held else ""
        many = count(max(pane.lines, held), "line")
        return f"{clean(pane.title) or pane.language} · {many}{rest}"

    def row_of(self, pane: int, line: int) -> int:
        """The row in which a line of one of two compared texts stands."""
        return next((row for row, pair in enumerate(self.pairs) if pair[pane] == line), 0)

    def line_of(self, pane: int, row: int) -> int:
        """The line of a text in a row, or the last one above it."""
        lines = (pair[pane] for pair in self.pairs[row::-1])
        return next((line for line in lines if line >= 0), 0)

    def change(self, place: int, way: int, pane: int | None) -> int:
        """Where the next stretch begins that differs; the same place when there is none.

        In rows of both texts when ``pane`` is None, or else in lines of that one.
        """
        marked = sorted(self._changed[pane]) if pane is not None else []
        if pane is None:
            marked = [row for row, differs in enumerate(self.differs) if differs]
        known = set(marked)
        starts = [at for at in marked if at - 1 not in known]
        after = bisect_right(starts, place)
        if way > 0:
            return starts[after] if after < len(starts) else place
        before = [at for at in starts[:after] if at < place]
        return before[-1] if before else place

    def brief(self, pane: int, room: int, *, two: bool) -> list[list[Place]]:
        """The rows of a compact drawing: from where it differs, or the program proper begins."""
        if two and self.compared:
            rows: list[list[Place]] = [list(enumerate(pair)) for pair in self.pairs]
            start = self.differs.index(True) - 1 if any(self.differs) else 0
            return _from(rows, start, room)
        panes = (0, 1) if two else (pane,)
        parts = [
            _from([(each, line) for line in range(len(self.texts[each]))], self._start(each), room)
            for each in panes
        ]
        high = max(map(len, parts))
        ends: list[Place] = [(each, -1) for each in panes]
        return [
            [part[y] if y < len(part) else end for part, end in zip(parts, ends, strict=True)]
            for y in range(high)
        ]

    def _start(self, pane: int) -> int:
        """The line of a text that a compact drawing is to show first."""
        if self._changed[pane]:
            return min(self._changed[pane]) - 1
        begins = TELLING.get(self._code.panes[pane].language)
        if begins is None:
            return 0
        lines = self.texts[pane].lines
        return next((at for at, line in enumerate(lines) if line.startswith(begins)), 0)


def _from(rows: list[T], start: int, room: int) -> list[T]:
    """As many rows as there is room for, from one on; from an earlier one to fill the room."""
    start = max(min(start, len(rows) - room), 0)
    return rows[start : start + room]
