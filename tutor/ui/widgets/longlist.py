"""A list of any length whose rows are made when they are seen."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content
from textual.geometry import Size
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class LateOption(Option):
    """A row whose text is made when it is first painted: of 1,000 lessons some 20 are seen."""

    def __init__(self, make: Callable[[], Content], id: str) -> None:
        """Make a row that `make` gives the text of."""
        super().__init__("", id=id)
        self._make = make
        self._made: Content | None = None

    @property
    def prompt(self) -> Content:
        """The text."""
        if self._made is None:
            self._made = self._make()
        return self._made


class LongList(OptionList):
    """Options of one line each: Textual would lay out every one to know how high it is."""

    DEFAULT_CSS = """
    LongList { text-wrap: nowrap; text-overflow: ellipsis; }
    """

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
