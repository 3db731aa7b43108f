"""What a terminal shows that has no room for a lesson."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

MIN_WIDTH = 40
MIN_HEIGHT = 12


class TooSmallScreen(ModalScreen[None]):
    """Covers everything; the app takes it away when there is room again."""

    CSS_PATH = "../styles/dialogs.tcss"

    def compose(self) -> ComposeResult:
        """How much room there must be."""
        yield Static(f"Make the terminal at least {MIN_WIDTH}×{MIN_HEIGHT}", markup=False)
