"""Whether the code of a course from elsewhere may run."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static


class TrustScreen(ModalScreen[bool]):
    """Returns whether the learner said yes. Enter is no: yes is to be meant."""

    CSS_PATH = "../styles/dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Let it run"),
        Binding("n,q,escape,enter", "answer(False)", "Not now", key_display="n"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """What would run, where it is from, and the two keys."""
        with Vertical(id="dialog"):
            yield Static("Let this course run its code?", id="heading", markup=False)
            yield Static(self._question, id="text", markup=False)
            yield Static("y let it run · n not now", id="choices", markup=False)

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(yes)
