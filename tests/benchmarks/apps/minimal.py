"""The least a Textual app can be: header, some text, footer."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Footer, Header, Static


class Minimal(App[None]):
    """Three widgets."""

    def compose(self) -> ComposeResult:
        """Make them."""
        yield Header()
        yield Static("Hello, world!")
        yield Footer()


if __name__ == "__main__":
    Minimal().run()
