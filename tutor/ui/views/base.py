"""What all drawings of views have: rows of styled text, drawn for a width, and a line to read."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import RenderOptions

from tutor.views.model import View

INLINE_SHARE = 0.3
"""Of the screen's rows, for a drawing between the results: 7 of 24, where the pane shows eight with
its caption, and 12 of 40."""

Row = Content | Strip
"""One row of a drawing. A strip is for what has a colour of its own in each cell; it is painted as
it is."""


class Drawing(ScrollView):
    """Draws one view. Compact: between the results, to be looked at. Else: over the whole screen.

    A subclass overrides ``draw``; what is higher or wider than the screen is scrolled. One with a
    cursor has its keys in BINDINGS (the footer shows them), says in ``readout`` what is under the
    cursor, and calls ``redraw`` when it moved. Nothing may be said by colour alone.
    """

    DEFAULT_CSS = """
    Drawing {
        height: 1fr; width: 1fr; text-wrap: nowrap;
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1;
    }
    Drawing.-compact { height: auto; overflow: hidden hidden; }
    """

    readout: reactive[str] = reactive("")
    """A line under the drawing: what is under the cursor, how much was left out."""

    def __init__(self, view: View, *, compact: bool) -> None:
        super().__init__()
        self.view = view
        self.live = False
        """Whether more of it is to come: its run goes on."""
        self.compact = compact
        self.can_focus = not compact
        self.set_class(compact, "-compact")
        self._drawn: tuple[Size, list[Strip]] | None = None
        """The room there was, and the rows drawn for it."""

    def draw(self, width: int, height: int) -> Sequence[Row]:
        """Return the rows. ``height`` is what there is room for: more rows are scrolled.

        Compact there is no scrolling: ``height`` rows at most, and ``width`` cells.
        """
        raise NotImplementedError

    def update_view(self, view: View) -> None:
        """Draw another view of the same kind: the next points of a curve, the next run's."""
        self.view = view
        self.redraw()

    def redraw(self, *, layout: bool = False) -> None:
        """Draw again what the view, the cursor or the zoom now says; with ``layout`` in a new size.

        What is equal to what the terminal shows is not written: see ``tutor.ui.frame``.
        """
        before, self._drawn = self._drawn, None
        if self.compact:
            # Laid out anew only when it is higher or lower: ten times a second would be felt.
            same = before is not None and len(self._rows(before[0])) == len(before[1])
            self.refresh(layout=layout or not same)
        else:
            if self.size:
                self._measure()
            self.refresh(layout=layout)

    def notify_style_update(self) -> None:
        """Other colours: nothing drawn is right any more."""
        super().notify_style_update()
        self._drawn = None

    @property
    def text(self) -> str:
        """What is drawn, without colours."""
        return "\n".join(strip.text.rstrip() for strip in self._rows(self._room))

    @property
    def _room(self) -> Size:
        size = self.scrollable_content_region.size
        return Size(size.width, self._inline_rows) if self.compact else size

    @property
    def _inline_rows(self) -> int:
        return max(int(self.app.size.height * INLINE_SHARE), 4)

    def _rows(self, room: Size) -> list[Strip]:
        if self._drawn is None or self._drawn[0] != room:
            rows = self.draw(room.width, room.height) if room.width else ()
            self._drawn = (room, [self._strip(row) for row in rows])
        return self._drawn[1]

    def _strip(self, row: Row) -> Strip:
        if isinstance(row, Strip):
            return row
        options = RenderOptions(self._get_style, self.styles.get_rules())
        strips = row.render_strips(max(row.cell_length, 1), 1, self.visual_style, options)
        return strips[0] if strips else Strip([])

    def _measure(self) -> None:
        rows = self._rows(self._room)
        self.virtual_size = Size(max((row.cell_length for row in rows), default=0), len(rows))

    def on_resize(self) -> None:
        """Draw for the room that there is now."""
        if not self.compact:
            self._measure()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as there is room."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Compact, as high as what is drawn."""
        return len(self._rows(Size(width, self._inline_rows))) if self.compact else container.height

    def render_line(self, y: int) -> Strip:
        """One row of what is in view."""
        rows = self._rows(self._room)
        left, top = (0, 0) if self.compact else self.scroll_offset
        width = self.scrollable_content_region.width
        style = self.rich_style
        if y + top >= len(rows):
            return Strip.blank(width, style)
        return rows[y + top].crop_extend(left, left + width, style)

    def scroll_to_row(self, row: int) -> None:
        """Bring a row into view, as little as need be."""
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if row < top:
            self.scroll_to(y=row, animate=False, immediate=True)
        elif row >= top + height:
            self.scroll_to(y=row - height + 1, animate=False, immediate=True)
