"""Rows that are drawn when they come into view, below a head that stays; a cursor, and a search.

What `Drawing.draw` returns is all rows at once: of a graph of 10,000 nodes that takes 1 s. A sheet
knows how many rows there are and makes the forty that are seen, in 4 ms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click, Key, Paste
from textual.geometry import Region, Size
from textual.strip import Strip

from tutor.ui import keys
from tutor.ui.views.base import Drawing
from tutor.ui.views.cells import CHOSEN, MUTED, window
from tutor.ui.views.search import Search
from tutor.views.model import View

CURSOR_ROW = "bold on $block-cursor-blurred-background"


class Sheet(Drawing):
    """A drawing with a row for each thing. Subclasses say how many, and draw any one of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "to_end(-1)", "First", show=False),
        Binding("end", "to_end(1)", "Last", show=False),
        Binding("left", "sideways(-8)", "Left", show=False),
        Binding("right", "sideways(8)", "Right", show=False),
        Binding("slash", "find", "Find"),
        Binding("n", "find_next(1)", "Next found", show=False),
        Binding("N", "find_next(-1)", "Previous found", show=False),
    ]

    steady = False
    """Whether a row looks the same wherever the cursor is, if not on it: it is drawn once then."""
    _edges_now: tuple[Sequence[Content], Sequence[Content]] | None = None
    pinned = 0
    """Cells at the left of every row that stay when it is scrolled sideways."""

    def __init__(self, view: View, *, compact: bool) -> None:
        self._lines_drawn: dict[tuple[int, int, int], Strip] = {}
        """(row, width, cells scrolled away) → the row."""
        super().__init__(view, compact=compact)
        self.cursor = 0
        """The row that the keys move."""
        self.search = Search(self.count, self.words)
        self.prepare()

    # What a subclass gives

    def prepare(self) -> None:
        """Take what is needed from a view that is new."""

    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def head(self, width: int) -> Sequence[Content]:
        """Rows above the others. One that is wider than the screen is scrolled sideways too."""
        return ()

    def row(self, index: int, width: int) -> Content:
        """A row, at its whole length; the first two cells are left free for the cursor's mark."""
        raise NotImplementedError

    def brief(self, width: int, height: int) -> Sequence[Content]:
        """The compact drawing: the head, and as many rows as there is room for."""
        head = list(self.head(width))
        room = max(height - len(head), 1)
        shown = self.count() if self.count() <= room else max(room - 1, 0)
        rows = [self.row(index, width) for index in range(shown)]
        if self.count() > shown:
            rows.append(self.more(self.count() - shown, "rows"))
        return [*head, *rows]

    def foot(self, width: int) -> Sequence[Content]:
        """Rows below the others, always as many: what the readout has no room for."""
        return ()

    def more(self, many: int, what: str) -> Content:
        """The row that says what a compact drawing leaves out."""
        return self.opens(f"{many:,} more {what}")

    def opens(self, words: str) -> Content:
        """The row that says what is to be seen over the whole screen, and with which key."""
        keymap: Mapping[str, str] = getattr(self.app, "keymap", {})
        return Content.styled(f"  … {words} · {keys.shown(keys.key_of('look', keymap))}", MUTED)

    def says(self) -> str:
        """The readout for the row the cursor is on."""
        return ""

    def words(self, index: int) -> str:
        """What a search looks through in a row."""
        return self.row(index, 200).plain

    def widest(self, width: int) -> int:
        """Cells of the longest row."""
        return 0

    # Drawing

    def draw(self, width: int, height: int) -> Sequence[Content]:
        """The compact drawing."""
        rows = list(self.brief(width, height))
        if len(rows) > height:  # a head that is higher than the room: the last row says F6
            rows[height - 1 :] = rows[-1:]
        return [line.truncate(width, ellipsis=True) for line in rows]

    def update_view(self, view: View) -> None:
        """Draw another view, the cursor as near as may be to where it was."""
        self.view = view
        self.search.forget_rows()
        self.prepare()
        self.cursor = min(self.cursor, max(self.count() - 1, 0))
        self.redraw()
        self._say()

    def _edges(self) -> tuple[Sequence[Content], Sequence[Content]]:
        """Head and foot as they are now: made once for all rows of a paint."""
        if self._edges_now is None:
            width = self._room.width
            self._edges_now = (self.head(width), self.foot(width))
        return self._edges_now

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Something changed: head and foot may have, too."""
        self._edges_now = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def notify_style_update(self) -> None:
        """Other colours."""
        super().notify_style_update()
        self._lines_drawn.clear()

    def _measure(self) -> None:
        self._edges_now = None
        self._lines_drawn.clear()
        width = self._room.width
        high = sum(map(len, self._edges())) + self.count()
        self.virtual_size = Size(max(self.widest(width), 1), high)

    def on_mount(self) -> None:
        """Say what the cursor is on."""
        self._say()

    def on_resize(self) -> None:
        """Keep the cursor in view when there is less room."""
        super().on_resize()
        if not self.compact:
            self._keep_in_view()

    @property
    def text(self) -> str:
        """What is in view, without colours."""
        if self.compact:
            return super().text
        height = self.scrollable_content_region.height
        return "\n".join(self.render_line(y).text.rstrip() for y in range(height))

    def render_line(self, y: int) -> Strip:
        """One row of what is in view."""
        if self.compact:
            return super().render_line(y)
        width, height = self._room
        left, top = self.scroll_offset
        head, foot = self._edges()
        below = y - height + len(foot)
        if y < len(head):
            strip = self._strip(head[y])
            left = left if strip.cell_length > width else 0
            return window(strip, width, left, self.pinned, self.rich_style)
        if below >= 0:
            strip = self._strip(foot[below]) if below < len(foot) else Strip([])
            return strip.crop_extend(0, width, self.rich_style)
        index = y - len(head) + top
        if index >= self.count():
            return self.beyond(index, width, left)
        if not self.steady or index == self.cursor:
            return self.line(index, width, left)
        key = (index, width, left)
        strip = self._lines_drawn.get(key)
        if strip is None:
            if len(self._lines_drawn) > 2_000:
                self._lines_drawn.clear()
            strip = self._lines_drawn[key] = self.line(index, width, left)
        return strip

    def beyond(self, index: int, width: int, left: int) -> Strip:
        """What is below the last row."""
        return Strip.blank(width, self.rich_style)

    def line(self, index: int, width: int, left: int) -> Strip:
        """What is in view of a row when `left` cells are scrolled away."""
        row = self.row(index, width)
        if index == self.cursor:
            if row.plain.startswith("  "):
                row = Content(CHOSEN) + row[2:]
            row = row.pad_right(max(left + width - row.cell_length, 0)).stylize_before(CURSOR_ROW)
        return window(self._strip(row), width, left, self.pinned, self.rich_style)

    # The cursor

    @property
    def page(self) -> int:
        """How many rows are in view."""
        return max(self._room.height - sum(map(len, self._edges())), 1)

    def select(self, index: int) -> None:
        """Put the cursor on a row, and bring that into view."""
        self.cursor = min(max(index, 0), max(self.count() - 1, 0))
        self._keep_in_view()
        self.refresh()
        self._say()

    def _keep_in_view(self) -> None:
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + self.page:
            self.scroll_to(y=self.cursor - self.page + 1, animate=False)

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self.select(self.cursor + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by what is in view."""
        self.scroll_to(y=self.scroll_offset.y + by * self.page, animate=False)
        self.select(self.cursor + by * self.page)

    def action_to_end(self, way: int) -> None:
        """Move the cursor to the first row or the last."""
        self.select(0 if way < 0 else self.count() - 1)

    def action_sideways(self, by: int) -> None:
        """Scroll sideways; when nothing is wider than the screen, the key is the screen's."""
        if not self.allow_horizontal_scroll:
            raise SkipAction
        self.scroll_to(x=self.scroll_offset.x + by, animate=False)

    def on_click(self, event: Click) -> None:
        """Put the cursor on the row that was clicked."""
        y = event.y - len(self._edges()[0])
        if not self.compact and 0 <= y < self.count() - self.scroll_offset.y:
            self.select(y + self.scroll_offset.y)

    # The search

    def action_find(self) -> None:
        """Take the next keys as what to look for."""
        self.search.begin()
        self._say()
        self.refresh_bindings()

    def action_find_next(self, way: int) -> None:
        """Go to the next row that has it, round the end if need be."""
        if self.search.sought:
            self._seek(self.cursor + way, way)
        else:
            self.action_find()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """While something is typed, no letter is a command."""
        return self.search.typing and character is not None and character.isprintable()

    def on_key(self, event: Key) -> None:
        """Type what is sought; the cursor goes there at once."""
        if not self.search.typing:
            return
        if self.search.type(event):  # else it is an arrow, say, and does its own work
            event.stop()
            event.prevent_default()
        if self.search.typing:
            self._seek(self.cursor)
        else:
            self.refresh_bindings()
        self._say()

    def on_paste(self, event: Paste) -> None:
        """What is pasted is typed."""
        if self.search.typing:
            event.stop()
            self.search.sought += event.text.partition("\n")[0].strip()
            self._seek(self.cursor)
            self._say()

    def _seek(self, start: int, way: int = 1) -> None:
        place = self.search.next(start, way)
        if place is not None:
            self.select(place)

    def _say(self) -> None:
        if not self.compact:
            self.readout = self.search.readout() if self.search.typing else self.says()
