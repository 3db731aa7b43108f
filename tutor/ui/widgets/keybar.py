"""The footer: the keys that do something now.

Like Textual's Footer, but one widget: that one mounts a widget for each key, and does so again
each time the focus moves or a run starts (8 widgets, 10 ms, and a line of 600 bytes).
"""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.screen import Screen
from textual.widget import Widget

from tutor.ui import keys

_ORDER = {
    action.action: place
    for place, action in reversed([*enumerate((*keys.LESSON, *keys.HOME, *keys.PLACING))])
}
"""What several screens have, such as `check`, is where the lesson has it."""


class KeyBar(Widget):
    """One line: each key and what it does. A click presses the key."""

    DEFAULT_CSS = """
    KeyBar {
        dock: bottom; height: 1; width: 1fr; text-wrap: nowrap;
        background: $footer-background; color: $footer-foreground;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[tuple[str, str, str]] = []
        """(key as Textual names it, as it is shown, what it does), in the order shown."""
        self._places: list[tuple[int, int, str]] = []
        """(first cell, end, key) of what is painted, for clicks."""

    def on_mount(self) -> None:
        """Follow the keys that are active."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)
        self._bindings_changed(self.screen)

    @property
    def text(self) -> str:
        """The line, without colours."""
        return self.render().plain

    def _bindings_changed(self, screen: Screen[object]) -> None:
        if not self.is_attached or screen is not self.screen:
            return
        renamed: dict[str, str] = getattr(screen, "key_words", {})
        found: dict[str, tuple[int, str, str, str]] = {}
        for _, binding, enabled, _ in screen.active_bindings.values():
            shows = binding.show or renamed.get(binding.action)
            if shows and enabled and binding.action not in found:
                place = _ORDER.get(binding.action, -1)
                shown = keys.shown(binding.key_display or binding.key)
                words = renamed.get(binding.action, binding.description)
                found[binding.action] = (place, binding.key, shown, words)
        entries = sorted(found.values(), key=_first)
        now = [(key, shown, words) for _, key, shown, words in entries if words]
        if now != self._keys:
            self._keys = now
            self.refresh()

    def render(self) -> Content:
        """As many keys as there is room for, and help at the right."""
        width = self.content_size.width
        self._places = []
        last = [key for key in self._keys if key[2] == "Help"]  # whatever else has no room
        right = Content(" ").join(_key(*key[1:]) for key in last)
        room = width - right.cell_length - 2
        line = Content(" ")
        for key in self._keys:
            if key in last:
                continue
            part = _key(*key[1:])
            if line.cell_length + part.cell_length > room:
                break
            self._places.append((line.cell_length, line.cell_length + part.cell_length, key[0]))
            line = line + part + Content("  ")
        gap = width - line.cell_length - right.cell_length - 1
        if gap < 0:
            return line.truncate(width)
        for key in last:
            start = line.cell_length + gap
            self._places.append((start, start + right.cell_length, key[0]))
        return line + Content(" " * gap) + right

    async def on_click(self, event: Click) -> None:
        """Press the key that was clicked."""
        for start, end, key in self._places:
            if start <= event.x < end:
                self.app.simulate_key(key)


def _first(entry: tuple[int, str, str, str]) -> int:
    return entry[0]


def _key(shown: str, words: str) -> Content:
    return Content.styled(shown, "bold $footer-key-foreground") + Content(f" {words}")
