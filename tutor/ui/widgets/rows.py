"""A short list of rows that wrap, with a cursor: what options and shuffled lines are shown in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.widget import Widget

from tutor.ui import keys

CURSOR = "▸ "
"""Marks the row the cursor is on: the highlight alone would be colour alone."""


class Rows(Widget, can_focus=True):
    """Subclasses give the rows; this lays them out, paints them and moves the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move_cursor(-1)", "Up", show=False),
        Binding("down", "move_cursor(1)", "Down", show=False),
        Binding("home", "move_cursor(-1000)", "First", show=False),
        Binding("end", "move_cursor(1000)", "Last", show=False),
        *keys.SCROLL_TEXT,
    ]
    DEFAULT_CSS = """
    Rows { width: 1fr; height: auto; text-wrap: nowrap; }
    """

    cursor: reactive[int] = reactive(0)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._laid: tuple[int, list[list[Content]]] | None = None
        """(width, the lines of each row)."""

    def rows(self) -> Sequence[tuple[Content, Content]]:
        """(mark, text) of each row; the text wraps beside the mark."""
        raise NotImplementedError

    def rows_changed(self) -> None:
        """The rows or their marks changed."""
        self._laid = None
        self.refresh(layout=True)

    def action_move_cursor(self, by: int) -> None:
        """Move the cursor, staying inside."""
        self.cursor = min(max(self.cursor + by, 0), max(len(self.rows()) - 1, 0))

    def watch_cursor(self) -> None:
        """Keep the cursor's row in view."""
        if self.is_mounted and self.parent is not None:
            laid = self._lay_out(self.size.width)
            top = sum(len(lines) for lines in laid[: self.cursor])
            height = len(laid[self.cursor]) if self.cursor < len(laid) else 1
            region = Region(0, top, self.size.width, height).translate(self.virtual_region.offset)
            if isinstance(self.parent, Widget):
                self.parent.scroll_to_region(region, animate=False)

    def _lay_out(self, width: int) -> list[list[Content]]:
        if self._laid is None or self._laid[0] != width:
            laid: list[list[Content]] = []
            for mark, text in self.rows():
                room = max(width - len(CURSOR) - mark.cell_length, 8)
                parts = [
                    part for line in text.split("\n", allow_blank=True) for part in line.wrap(room)
                ]
                rest = Content(" " * mark.cell_length)
                laid.append([(mark if y == 0 else rest) + part for y, part in enumerate(parts)])
            self._laid = (width, laid)
        return self._laid[1]

    @property
    def text(self) -> str:
        """The words shown, without colours."""
        return self.render().plain

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as there is room."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as the rows."""
        return sum(len(lines) for lines in self._lay_out(width))

    def render(self) -> Content:
        """Every row, the cursor's highlighted when the list has the focus."""
        width = self.content_size.width
        lines: list[Content] = []
        for index, row in enumerate(self._lay_out(width)):
            here = index == self.cursor and self.has_focus
            for y, part in enumerate(row):
                line = Content(CURSOR if here and y == 0 else " " * len(CURSOR)) + part
                if here:
                    line = line.pad_right(max(width - line.cell_length, 0))
                    line = line.stylize_before("bold on $block-cursor-blurred-background")
                lines.append(line)
        return Content("\n").join(lines)

    def on_click(self, event: Click) -> None:
        """Put the cursor on the row that was clicked."""
        y = event.y
        for index, lines in enumerate(self._lay_out(self.size.width)):
            if y < len(lines):
                self.cursor = index
                self.clicked()
                return
            y -= len(lines)

    def clicked(self) -> None:
        """The cursor's row was clicked."""
