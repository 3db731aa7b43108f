"""Program text: one pane, or two side by side with what differs marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip

from tutor.ui.views.cells import CHOSEN, MUTED, fit
from tutor.ui.views.panes import Panes, Place
from tutor.ui.views.sheet import CURSOR_ROW, Sheet
from tutor.views.model import CodeText, View
from tutor.views.numbers import count

TWO = 100
"""Cells from which two panes stand side by side: 44 of text each."""
MARKS = (("−", "bold $text-error"), ("+", "bold $text-success"))
"""Of a line that differs: before, and after."""
BETWEEN = " │ "


class CodeDrawing(Sheet):
    """Lines with numbers.

    Two texts that were compared have equal lines in one row, and scroll together. Two others, such
    as a jaxpr and its HLO, scroll each on its own: a key takes the cursor from one to the other.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pane", "Other pane"),
        Binding("c", "change(1)", "Next change"),
        Binding("C", "change(-1)", "Change before", show=False),
    ]

    def __init__(self, view: View, *, compact: bool) -> None:
        self._pane = 0
        """The one with the cursor."""
        self._was_paired = False
        super().__init__(view, compact=compact)

    def prepare(self) -> None:
        """Split the texts, and compare two that are of one language."""
        self._panes = Panes(cast("CodeText", self.view))
        self._texts = self._panes.texts
        self._pane = min(self._pane, max(len(self._texts) - 1, 0))
        if self.compact:
            self._pane = max(len(self._texts) - 1, 0)  # what came of it
        self._places = [(0, 0) for _ in self._texts]
        """Of each pane, its cursor and its top when the cursor left it."""

    def _two(self, width: int) -> bool:
        return len(self._texts) == 2 and width >= TWO

    @property
    def _both(self) -> bool:
        return self._two(self._room.width)

    @property
    def _paired(self) -> bool:
        """Whether a row is a line of each text."""
        return self._both and self._panes.compared

    def count(self) -> int:
        """Lines of the pane with the cursor, or of both."""
        if not self._texts:
            return 0
        return len(self._panes.pairs) if self._paired else len(self._texts[self._pane])

    def _margin(self, pane: int) -> int:
        """Cells before a line's text: its number and its mark."""
        return len(str(len(self._texts[pane]))) + 3

    def _half(self, width: int) -> int:
        """Cells of each of two panes, its margin included."""
        return (width - len(CHOSEN) - len(BETWEEN)) // 2

    def widest(self, width: int) -> int:
        """The longest line, with its margin; side by side, what it lacks comes on top."""
        if not self._texts:
            return 0
        if self._two(width):
            margin = max(self._margin(0), self._margin(1))
            return width + max(self._panes.longest - (self._half(width) - margin), 0)
        return len(CHOSEN) + self._margin(self._pane) + self._panes.longest

    def head(self, width: int) -> Sequence[Content]:
        """The titles, with how many lines there are."""
        if not self._texts:
            return [Content.styled("  Nothing to show.", MUTED)]
        if not self._two(width):
            which = f"{self._pane + 1} of {len(self._texts)}: " if len(self._texts) > 1 else ""
            words = fit(f"  {which}{self._panes.title(self._pane)}", width)
            return [Content(words).stylize("bold underline")]
        titles: list[str] = []
        for pane in (0, 1):
            here = pane == self._pane and not self._panes.compared and not self.compact
            titles.append(fit(CHOSEN * here + self._panes.title(pane), self._half(width)))
        return [Content("  " + BETWEEN.join(titles)).stylize("bold underline")]

    def _side(self, pane: int, index: int, *, chosen: bool = False) -> tuple[Content, Content]:
        """A line's margin, and the line."""
        digits = len(str(len(self._texts[pane])))
        if not 0 <= index < len(self._texts[pane]):
            return Content(" " * (digits + 3)), Content("")
        mark, style = MARKS[min(pane, 1)] if self._panes.changed(pane, index) else (" ", "")
        number = fit(str(index + 1), digits, at_right=True)
        margin = Content.assemble((number, MUTED), " ", (mark, style), " ")
        line = self._texts[pane].line(index)
        if chosen:
            margin, line = margin.stylize_before(CURSOR_ROW), line.stylize_before(CURSOR_ROW)
        return margin, line

    def line(self, index: int, width: int, left: int) -> Strip:
        """Numbers and marks stay; the text of both panes scrolls."""
        places: Sequence[Place] = [(self._pane, index)]
        if self._two(width):
            pairs = self._panes.pairs
            places = list(enumerate(pairs[index])) if self._panes.compared else self._apart(index)
        room = self._half(width) if len(places) > 1 else width - len(CHOSEN)
        row: list[Strip] = []
        for pane, line in places:
            # Where both are one row the mark stands before it; else before the line it is on.
            here = index == self.cursor and (self._panes.compared or pane == self._pane)
            before = CHOSEN if here else "  "
            if len(places) > 1 and pane:
                before = "│ " if self._panes.compared or not here else "│▸"
                row.append(self._strip(Content(" ")))
            style = CURSOR_ROW if here and not pane else MUTED
            row.append(self._strip(Content.styled(before, style)))
            margin, text = self._side(pane, line, chosen=here)
            row.append(self._part(margin, text, room, left))
        return Strip.join(row).crop_extend(0, width, self.rich_style)

    def _apart(self, index: int) -> list[Place]:
        """The line of the pane with the cursor, and what the other one has beside it."""
        down = index - self.scroll_offset.y
        return [
            (pane, index if pane == self._pane else self._places[pane][1] + down) for pane in (0, 1)
        ]

    def beyond(self, index: int, width: int, left: int) -> Strip:
        """The other pane may be longer."""
        if self._both and not self._panes.compared:
            return self.line(index, width, left)
        return super().beyond(index, width, left)

    def _part(self, margin: Content, text: Content, room: int, left: int) -> Strip:
        space = room - margin.cell_length
        # Only what may be seen is styled: lines of XLA's can have thousands of characters.
        strip = self._strip(text[: left + space + 1])
        return Strip.join(
            [self._strip(margin), strip.crop_extend(left, left + space, self.rich_style)]
        )

    def brief(self, width: int, height: int) -> Sequence[Content]:
        """The lines from the most telling on."""
        head = list(self.head(width))
        if not self._texts:
            return head
        room = height - len(head)
        two = self._two(width)
        rows = self._panes.brief(self._pane, room, two=two)
        if self._panes.total > len(rows):
            rows = self._panes.brief(self._pane, max(room - 1, 0), two=two)
        lines = [self._brief_row(row, width) for row in rows]
        hidden = self._panes.total - len(rows)
        return [*head, *lines, *([self.more(hidden, "lines")] if hidden > 0 else [])]

    def _brief_row(self, row: Sequence[Place], width: int) -> Content:
        room = self._half(width) if len(row) > 1 else width - len(CHOSEN)
        parts: list[Content] = []
        for pane, line in row:
            margin, text = self._side(pane, line)
            part = (margin + text[:room]).truncate(room, ellipsis=True)
            parts.append(part.pad_right(room - part.cell_length))
        return Content("  ") + Content.styled(BETWEEN, MUTED).join(parts)

    def words(self, index: int) -> str:
        """The line, or both."""
        return " ".join(self._texts[pane].lines[line] for pane, line in self._at(index))

    def _at(self, index: int) -> list[Place]:
        """What of a row the cursor is on: one line, or both of a pair."""
        if not self._paired:
            return [(self._pane, index)]
        return [(pane, line) for pane, line in enumerate(self._panes.pairs[index]) if line >= 0]

    def says(self) -> str:
        """The line's number, and how many differ."""
        if not self.count():
            return ""
        pane, line = self._at(self.cursor)[-1]
        where = f"Line {line + 1:,} of {len(self._texts[pane]):,}"
        many = sum(self._panes.differs)
        if not many:
            return where
        return f"{where} · {count(many, 'line')} {'differs' if many == 1 else 'differ'}"

    # Keys

    def _seek(self, start: int, way: int = 1) -> None:
        """Bring what was found into view sideways too."""
        super()._seek(start, way)
        sought, width = self.search.sought.lower(), self._room.width
        for pane, line in self._at(self.cursor) if sought and self.count() else ():
            column = self._texts[pane].lines[line].lower().find(sought)
            if column < 0:
                continue
            room = (self._half(width) if self._both else width - len(CHOSEN)) - self._margin(pane)
            left = self.scroll_offset.x
            if not left <= column <= left + room - len(sought):
                self.scroll_to(x=max(column - room // 2, 0), animate=False)
            return

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what there is."""
        if action == "pane":
            return len(self._texts) > 1 and not self._paired
        return any(self._panes.differs) if action == "change" else True

    def action_pane(self) -> None:
        """Go to the other pane: of two that were compared, to what belongs to the line."""
        self._places[self._pane] = (self.cursor, self.scroll_offset.y)
        pane = (self._pane + 1) % len(self._texts)
        place, top = self._places[pane]
        if self._panes.compared:
            place = self._panes.line_of(pane, self._panes.row_of(self._pane, self.cursor))
            top = max(place - (self.cursor - self.scroll_offset.y), 0)
        self._pane = pane
        self.search.forget_rows()
        self._measure()
        self.scroll_to(y=top, animate=False)
        self.select(place)

    def action_change(self, way: int) -> None:
        """Go to the next stretch of lines that differ."""
        pane = None if self._paired else self._pane
        self.select(self._panes.change(self.cursor, way, pane))

    def on_resize(self) -> None:
        """Two panes become one, or one two: the cursor stays on its line."""
        if self._paired != self._was_paired:
            self._was_paired = self._paired
            turn = self._panes.row_of if self._paired else self._panes.line_of
            self.cursor = turn(self._pane, self.cursor)
            self.search.forget_rows()
        super().on_resize()
        self._say()
        self.refresh_bindings()
