"""Program text: one pane, or two side by side with what differs marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip

from tutor.ui import names
from tutor.ui.views import difference
from tutor.ui.views.cells import CHOSEN, MUTED, fit, more
from tutor.ui.views.sheet import CURSOR_ROW, Sheet
from tutor.ui.views.tokens import Lines
from tutor.views.cells import clean
from tutor.views.model import CodeText

TWO = 100
"""Cells from which two panes stand side by side: 44 of text each."""
MARKS = (("−", "bold $text-error"), ("+", "bold $text-success"))
"""Of a line that differs: before, and after."""
BETWEEN = " │ "
TELLING = {"hlo": "ENTRY", "python": "def ", "triton": "def ", "cpp": "extern"}
"""What the line begins with that a compact drawing is to show."""


class CodeDrawing(Sheet):
    """Lines with numbers; sideways they scroll together."""

    steady = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pane", "Other pane"),
        Binding("c", "change(1)", "Next change"),
        Binding("C", "change(-1)", "Change before", show=False),
    ]

    def prepare(self) -> None:
        """Split the texts, and compare two that are of one language."""
        self._code = cast("CodeText", self.view)
        self._panes = [Lines(pane.text, pane.language) for pane in self._code.panes]
        self._pane = 0
        self._pairs: list[difference.Pair] = []
        self._differs: list[bool] = []
        self._changed: tuple[set[int], set[int]] = (set(), set())
        if len(self._panes) == 2:
            left, right = (pane.lines for pane in self._panes)
            found = None
            if self._code.panes[0].language == self._code.panes[1].language:
                found = difference.aligned(left, right)
            pairs = found[0] if found else difference.side_by_side(left, right)
            self._pairs = pairs
            self._differs = found[1] if found else [False] * len(pairs)
            changed = [pair for pair, differs in zip(pairs, self._differs, strict=True) if differs]
            self._changed = ({one for one, _ in changed}, {other for _, other in changed})
        if self.compact and len(self._panes) > 1:
            self._pane = len(self._panes) - 1  # what came of it
        self._longest = max((len(line) for pane in self._panes for line in pane.lines), default=0)

    def _two(self, width: int) -> bool:
        return len(self._panes) == 2 and width >= TWO

    @property
    def _both(self) -> bool:
        return self._two(self._room.width)

    def count(self) -> int:
        """Lines of the pane, or of both side by side."""
        if not self._panes:
            return 0
        return len(self._pairs) if self._both else len(self._panes[self._pane])

    def _margin(self, pane: int) -> int:
        """Cells before a line's text: its number and its mark."""
        return len(str(len(self._panes[pane]))) + 3

    def _half(self, width: int) -> int:
        """Cells of each of two panes, its margin included."""
        return (width - len(CHOSEN) - len(BETWEEN)) // 2

    def widest(self, width: int) -> int:
        """The longest line, with its margin; side by side, what it lacks comes on top."""
        if not self._panes:
            return 0
        if self._two(width):
            margin = max(self._margin(0), self._margin(1))
            return width + max(self._longest - (self._half(width) - margin), 0)
        return len(CHOSEN) + self._margin(self._pane) + self._longest

    def head(self, width: int) -> Sequence[Content]:
        """The titles, with how many lines there are."""
        if not self._panes:
            return [Content.styled("  Nothing to show.", MUTED)]
        if self._two(width):
            half = self._half(width)
            titles = [fit(self._title(pane), half) for pane in (0, 1)]
            line = Content("  " + BETWEEN.join(titles))
        else:
            which = f"{self._pane + 1} of {len(self._panes)}: " if len(self._panes) > 1 else ""
            line = Content(fit(f"  {which}{self._title(self._pane)}", width))
        return [line.stylize("bold underline")]

    def _title(self, index: int) -> str:
        pane = self._code.panes[index]
        held = len(self._panes[index])
        many = names.count(max(pane.lines, held), "line")
        rest = f", the first {held:,} here" if pane.lines > held else ""
        return f"{clean(pane.title) or pane.language} · {many}{rest}"

    def _side(self, pane: int, index: int, *, chosen: bool) -> tuple[Content, Content]:
        """A line's margin, and the line."""
        digits = len(str(len(self._panes[pane])))
        if index < 0:
            return Content(" " * (digits + 3)), Content("")
        mark, style = MARKS[pane] if index in self._changed[min(pane, 1)] else (" ", "")
        number = fit(str(index + 1), digits, at_right=True)
        margin = Content.assemble((number, MUTED), " ", (mark, style), " ")
        line = self._panes[pane].line(index)
        if chosen:
            margin, line = margin.stylize_before(CURSOR_ROW), line.stylize_before(CURSOR_ROW)
        return margin, line

    def line(self, index: int, width: int, left: int) -> Strip:
        """Numbers and marks stay; the text of both panes scrolls."""
        chosen = index == self.cursor and not self.compact
        mark = self._strip(Content.styled(CHOSEN if chosen else "  ", CURSOR_ROW if chosen else ""))
        if not self._two(width):
            margin, text = self._side(self._pane, index, chosen=chosen)
            parts = [mark, self._part(margin, text, width - len(CHOSEN), left)]
        else:
            half = self._half(width)
            parts = [mark]
            for pane, line in enumerate(self._pairs[index]):
                margin, text = self._side(pane, line, chosen=chosen)
                parts.append(self._part(margin, text, half, left))
                if pane == 0:
                    parts.append(self._strip(Content.styled(BETWEEN, MUTED)))
        return Strip.join(parts).crop_extend(0, width, self.rich_style)

    def _part(self, margin: Content, text: Content, room: int, left: int) -> Strip:
        space = room - margin.cell_length
        # Only what may be seen is styled: a line of XLA's can have 100,000 characters.
        strip = self._strip(text[: left + space + 1]).crop_extend(
            left, left + space, self.rich_style
        )
        return Strip.join([self._strip(margin), strip])

    def brief(self, width: int, height: int) -> Sequence[Content]:
        """The lines from the most telling on."""
        head = list(self.head(width))
        if not self._panes:
            return head
        rows = self._brief_rows(width)
        room = height - len(head)
        start = 0
        if len(rows) > room:
            room -= 1
            start = max(min(self._telling(width), len(rows) - room), 0)
        shown = rows[start : start + room]
        total = max(len(rows), *(pane.lines for pane in self._code.panes))
        lines = [self._plain_row(row, width) for row in shown]
        hidden = total - len(shown)
        return [*head, *lines, *([more(hidden, "lines")] if hidden > 0 else [])]

    def _brief_rows(self, width: int) -> list[list[tuple[int, int]]]:
        """The (pane, line)s of each row; texts not compared begin where each is telling."""
        if not self._two(width):
            return [[(self._pane, line)] for line in range(len(self._panes[self._pane]))]
        if any(self._differs):
            return [list(enumerate(pair)) for pair in self._pairs]
        starts = [self._begins(pane) for pane in (0, 1)]
        ends = [len(pane) for pane in self._panes]
        high = max(end - start for start, end in zip(starts, ends, strict=True))
        rows = ([starts[0] + y, starts[1] + y] for y in range(high))
        return [
            [(pane, line if line < ends[pane] else -1) for pane, line in enumerate(row)]
            for row in rows
        ]

    def _plain_row(self, row: Sequence[tuple[int, int]], width: int) -> Content:
        half = self._half(width) if len(row) > 1 else width - 2
        parts: list[Content] = []
        for pane, line in row:
            margin, text = self._side(pane, line, chosen=False)
            part = (margin + text[:half]).truncate(half, ellipsis=True)
            parts.append(part.pad_right(half - part.cell_length))
        return Content("  ") + Content.styled(BETWEEN, MUTED).join(parts)

    def _telling(self, width: int) -> int:
        """The first row that differs, or where the program proper begins."""
        if not any(self._differs):
            return 0 if self._two(width) else self._begins(self._pane)
        if self._two(width):
            return max(self._differs.index(True) - 1, 0)
        changed = [line for line in self._changed[min(self._pane, 1)] if line >= 0]
        return max(min(changed, default=0) - 1, 0)

    def _begins(self, pane: int) -> int:
        """The line with which the program proper begins."""
        begins = TELLING.get(self._code.panes[pane].language, "")
        lines = self._panes[pane].lines
        return next((i for i, line in enumerate(lines) if begins and line.startswith(begins)), 0)

    def words(self, index: int) -> str:
        """The line, or both."""
        return " ".join(self._panes[pane].lines[line] for pane, line in self._at(index))

    def _at(self, index: int) -> list[tuple[int, int]]:
        """The (pane, line) shown in a row."""
        if not self._both:
            return [(self._pane, index)]
        return [(pane, line) for pane, line in enumerate(self._pairs[index]) if line >= 0]

    def says(self) -> str:
        """The line's number, and how many differ."""
        if not self.count():
            return ""
        many = sum(self._differs)
        differ = (
            f" · {names.count(many, 'line')} {'differs' if many == 1 else 'differ'}" if many else ""
        )
        pane, line = self._at(self.cursor)[-1]
        return f"Line {line + 1:,} of {len(self._panes[pane]):,}{differ}"

    # Keys

    def _seek(self, start: int, way: int = 1) -> None:
        """Bring what was found into view sideways too."""
        super()._seek(start, way)
        if not self.count():
            return
        for pane, line in self._at(self.cursor):
            column = self._panes[pane].lines[line].lower().find(self._sought.lower())
            if column < 0 or not self._sought:
                continue
            width = self._room.width
            room = (self._half(width) if self._both else width - len(CHOSEN)) - self._margin(pane)
            left = self.scroll_offset.x
            if not left <= column <= left + room - len(self._sought):
                self.scroll_to(x=max(column - room // 2, 0), animate=False)
            return

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what there is."""
        if action == "pane":
            return len(self._panes) > 1 and not self._both
        return any(self._differs) if action == "change" else True

    def action_pane(self) -> None:
        """Show the other pane, near the same place."""
        before = self.cursor
        there = before
        if self._pairs:
            side = min(self._pane, 1)
            other = [pair[1 - side] for pair in self._pairs if 0 <= pair[side] <= before]
            there = max([line for line in other if line >= 0], default=0)
        self._pane = (self._pane + 1) % len(self._panes)
        self._words = None
        self._measure()
        self.select(there)

    def action_change(self, way: int) -> None:
        """Go to the next stretch of lines that differ."""
        if self._both:
            marked = [row for row, differs in enumerate(self._differs) if differs]
        else:
            marked = sorted(line for line in self._changed[min(self._pane, 1)] if line >= 0)
        known = set(marked)
        starts = [row for row in marked if row - 1 not in known]
        if way > 0:
            self.select(next((row for row in starts if row > self.cursor), self.cursor))
        else:
            self.select(next((row for row in starts[::-1] if row < self.cursor), self.cursor))

    def on_resize(self) -> None:
        """Two panes become one, or one two: the cursor stays on its line."""
        super().on_resize()
        self._words = None
        self.cursor = min(self.cursor, max(self.count() - 1, 0))
        self.refresh_bindings()
