"""An app with one view: over the whole screen, with its readout and footer, or compact.

`python -m tests.ui.view_app KIND [compact] [THEME]` to look at one in a terminal.
"""

from __future__ import annotations

import sys
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Footer, Static

from tests.ui import view_samples
from tutor.ui.contrast import readable
from tutor.ui.frame import ThriftyApp
from tutor.ui.views import drawing
from tutor.views.model import View


class ViewApp(ThriftyApp[None]):
    CSS = """
    #caption, #readout { height: auto; max-height: 2; padding: 0 1; }
    #below { color: $text-muted; }
    """
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave", "Back"), ("q", "quit", "Quit")]

    left = reactive(False)

    def __init__(self, view: View, *, compact: bool = False, theme: str = "") -> None:
        super().__init__()
        self.animation_level = "none"
        self.drawing = drawing(view, compact=compact)
        if theme:
            self.theme = theme

    def compose(self) -> ComposeResult:
        yield Static(Content(self.drawing.view.caption), id="caption")
        yield self.drawing
        if self.drawing.compact:
            yield Static("What comes below it", id="below")
            return
        yield Static(id="readout")
        yield Footer()

    def on_mount(self) -> None:
        if not self.drawing.compact:
            self.watch(self.drawing, "readout", self._say)
            self.drawing.focus()

    def _say(self, words: str) -> None:
        self.query_one("#readout", Static).update(Content(words))

    def action_leave(self) -> None:
        self.left = True

    def get_css_variables(self) -> dict[str, str]:
        return readable(super().get_css_variables())


if __name__ == "__main__":
    kind, *rest = sys.argv[1:]
    view = eval(f"view_samples.{kind}") if "(" in kind else view_samples.VIEWS[kind]()
    themes = [word for word in rest if word != "compact"]
    ViewApp(view, compact="compact" in rest, theme=themes[0] if themes else "").run()
