"""The line above the footer: framework, device and its memory, and what is running."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


class StatusBar(Widget):
    """Paints what it is told; the lesson screen and the device poll tell it."""

    DEFAULT_CSS = """
    StatusBar { height: 1; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    framework: reactive[str] = reactive("")
    device: reactive[str] = reactive("")
    run: reactive[str] = reactive("")
    """What is running and for how long, and the key that stops it."""

    @property
    def text(self) -> str:
        """The line, without colours."""
        return self.render().plain

    def render(self) -> Content:
        """Framework and device at the left; the run at the right, where it is seen changing."""
        width = self.content_size.width
        left = Content(" · ".join(part for part in (self.framework, self.device) if part))
        right = Content.styled(self.run, "bold") if self.run else Content("")
        left = left.truncate(max(width - right.cell_length - 1, 0), ellipsis=True)
        gap = max(width - left.cell_length - right.cell_length, 0)
        return left + Content(" " * gap) + right
