"""The first line of a lesson: its title, and where the learner is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widget import Widget

MARKS = {"pass": "✓", "fail": "✗", "here": "▸", "new": "·", "seen": "✓", "skip": "–"}
STYLES = {
    "pass": "$text-success",
    "fail": "$text-error",
    "here": "bold reverse",
    "new": "",
    "seen": "",
    "skip": "",
}


@dataclass(frozen=True)
class StripItem:
    """One step in the strip."""

    number: int
    state: str
    """A key of `MARKS`; `here` is given by `current`."""
    current: bool = False


class StepStrip(Widget):
    """One line; with many steps it shows those around the current one."""

    DEFAULT_CSS = """
    StepStrip { height: 1; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = ""
        self._items: tuple[StripItem, ...] = ()

    def show(self, title: str, items: Sequence[StripItem]) -> None:
        """Show another title or standing."""
        self._title = title
        self._items = tuple(items)
        self.refresh()

    @property
    def text(self) -> str:
        """The line, without colours."""
        return self.render().plain

    def render(self) -> Content:
        """The title at the left, the strip at the right."""
        width = self.content_size.width
        here = next((index for index, item in enumerate(self._items) if item.current), 0)
        strip = _strip(self._items, here, max(width // 2, 16))
        title = Content.styled(self._title, "bold").truncate(
            max(width - strip.cell_length - 2, 8), ellipsis=True
        )
        gap = max(width - title.cell_length - strip.cell_length, 1)
        return title + Content(" " * gap) + strip


def _strip(items: Sequence[StripItem], here: int, room: int) -> Content:
    parts = [_item(item) for item in items]
    low, high = here, here + 1
    used = parts[here].cell_length if parts else 0
    # Two cells each side are for the dots that say there are more.
    while (low > 0 or high < len(parts)) and used < room - 4:
        if high < len(parts) and (low == 0 or high - here <= here - low):
            used += parts[high].cell_length + 1
            high += 1
        else:
            low -= 1
            used += parts[low].cell_length + 1
    shown = parts[low:high]
    if low > 0:
        shown.insert(0, Content("…"))
    if high < len(parts):
        shown.append(Content("…"))
    return Content(" ").join(shown)


def _item(item: StripItem) -> Content:
    mark = MARKS["here"] if item.current and item.state == "new" else MARKS[item.state]
    style = STYLES["here"] if item.current else STYLES[item.state]
    return Content.styled(f"{item.number}{mark}", style)
