"""A list of any length whose rows are made when they are seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from textual.content import Content
from textual.geometry import Size
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class LateOption(Option):
    """A row whose text is made when it is first painted: of 1,000 lessons some 20 are seen."""

    def __init__(self, make: Callable[[str], Content], name: str, id: str) -> None:
        """Make a row that `make` gives the text of, when it is told its `name`."""
        super().__init__("", id=id)
        self._make = make
        self._name = name
        self._made: Content | None = None

    __hash__ = object.__hash__  # as Option's, which is written in Python: 0.3 ms for 1,000

    @property
    def prompt(self) -> Content:
        """The text."""
        if self._made is None:
            self._made = self._make(self._name)
        return self._made


class LongList(OptionList):
    """Options of one line each: Textual would lay out every one to know how high it is."""

    DEFAULT_CSS = """
    LongList { text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def show(self, rows: Sequence[Option]) -> None:
        """Show these rows, whose ids differ; Textual adds them one by one."""
        self._options[:] = rows
        self._option_to_index = {row: index for index, row in enumerate(rows)}
        self._id_to_option = {row.id: row for row in rows if row.id is not None}
        self._line_cache.clear()
        self._option_render_cache.clear()
        self.highlighted = None
        self.scroll_y = 0
        if self.is_mounted:
            self.refresh()
            self._update_lines()

    def place_of(self, id: str | None) -> int | None:
        """Where the row with an id is, from 0; None when there is none."""
        row = self._id_to_option.get(id or "")
        return None if row is None else self._option_to_index[row]

    def renew(self, rows: Iterable[Option]) -> None:
        """Show rows in place of those with their ids, where those are shown.

        The cursor and the scroll stay, and what did not change costs nothing.
        """
        for row in rows:
            old = self._id_to_option.get(row.id or "")
            if old is not None and old is not row:
                index = self._option_to_index.pop(old)
                self._options[index] = row
                self._option_to_index[row] = index
                self._id_to_option[row.id or ""] = row
        self.refresh()

    def _update_lines(self) -> None:
        if not self.scrollable_content_region:
            return
        cache, count = self._line_cache, len(self.options)
        if len(cache.lines) != count:
            cache.lines = [(index, 0) for index in range(count)]
            cache.heights = dict.fromkeys(range(count), 1)
            cache.index_to_line = {index: index for index in range(count)}
        width = self.scrollable_content_region.width - self._get_left_gutter_width()
        size = Size(width, count)
        if size != self.virtual_size:
            self.virtual_size = size
            self._scroll_update(size)
