"""A page of Markdown, painted by one widget."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tutor.ui.markdown import Block, lay_out


class Prose(Widget):
    """Blocks of Markdown and code, laid out to the width there is."""

    DEFAULT_CSS = """
    Prose { width: 1fr; height: auto; text-wrap: nowrap; }
    """

    def __init__(self, blocks: Sequence[Block] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._blocks = tuple(blocks)
        self._pages: dict[int, list[Content]] = {}
        """Width → lines. Two widths at most are live: with the scrollbar and without."""

    def show(self, blocks: Sequence[Block]) -> None:
        """Show other blocks."""
        self._blocks = tuple(blocks)
        self._pages.clear()
        self.refresh(layout=True)

    @property
    def filled(self) -> bool:
        """Whether there is anything to show."""
        return bool(self._blocks)

    @property
    def text(self) -> str:
        """The words shown, without colours, at the current width."""
        return "\n".join(line.plain for line in self._lines(self.size.width or 80))

    def rows_of(self, blocks: Sequence[Block]) -> int:
        """How many rows some blocks take at the current width."""
        return len(lay_out(blocks, self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        if width not in self._pages:
            if len(self._pages) > 3:
                self._pages.clear()
            self._pages[width] = lay_out(self._blocks, width)
        return self._pages[width]

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as there is room."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as the page."""
        return len(self._lines(width)) if self._blocks else 0

    def render(self) -> Content:
        """The page, its lines already broken."""
        return Content("\n").join(self._lines(self.content_size.width))
