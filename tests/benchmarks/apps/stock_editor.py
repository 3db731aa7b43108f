"""The lesson screen's layout around Textual's own TextArea: `stock_editor.py PROSE CODE`.

Two columns between a line of title and a line of status, as the lesson screen has at 120 columns.
"""

from __future__ import annotations

import sys
from pathlib import Path

from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Footer, Static, TextArea


class StockEditor(App[None]):
    """Prose on the left, the editor on the right."""

    CSS = """
    #strip, #status { height: 1; padding: 0 1; background: $panel; }
    #page { width: 1fr; padding: 0 1; border-right: solid $panel; }
    TextArea { width: 1fr; height: 1fr; border: none; padding: 0; border-top: solid $panel; }
    """

    def __init__(self, prose: str, code: str) -> None:
        super().__init__()
        self._prose = prose
        self._code = code
        self.animation_level = "none"

    def compose(self) -> ComposeResult:
        """Make the widgets of the lesson screen."""
        yield Static("One gradient, three APIs · 4/14 Fill in the skeleton", id="strip")
        with Horizontal():
            with VerticalScroll(id="page"):
                yield Static(self._prose, markup=False)
            editor = TextArea.code_editor(self._code, language="python", soft_wrap=False)
            # Or each blink would be counted for the key that came before it.
            editor.cursor_blink = False
            yield editor
        yield Static("cpu", id="status")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin in the editor."""
        self.query_one(TextArea).focus()


if __name__ == "__main__":
    StockEditor(*(Path(name).read_text(encoding="utf-8") for name in sys.argv[1:3])).run()
