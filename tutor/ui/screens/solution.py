"""The author's solution, beside what it says about the learner's draft: nothing, unless asked."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.session import StepView
from tutor.ui import names
from tutor.ui.markdown import CodeBlock
from tutor.ui.widgets.prose import Prose


class SolutionScreen(ModalScreen[bool]):
    """Returns True when the learner asks to have it in the editor."""

    CSS_PATH = "../styles/dialogs.tcss"
    HORIZONTAL_BREAKPOINTS = [
        (0, "-narrow"),
        (100, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,f3,escape,enter", "close", "Close", key_display="q"),
        Binding("u", "use", "Put it in the editor"),
    ]

    def __init__(self, view: StepView, solution: str, *, replaceable: bool) -> None:
        super().__init__()
        self._view = view
        self._solution = solution
        self._replaceable = replaceable

    def compose(self) -> ComposeResult:
        """The code, and what can be done with it."""
        words = "q closes"
        if self._replaceable:
            words += " · u puts it in the editor (Ctrl+Z brings yours back)"
        with Vertical(id="dialog"):
            where = names.framework(self._view.framework)
            yield Static(f"One solution · {where}", id="heading", markup=False)
            with VerticalScroll(id="text"):
                yield Prose([CodeBlock(self._solution.rstrip("\n"))])
            yield Static(words, id="choices", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A solution to lines in order has no editor to go to."""
        return self._replaceable if action == "use" else True

    def action_close(self) -> None:
        """Leave the learner's own as it is."""
        self.dismiss(False)

    def action_use(self) -> None:
        """Have it in the editor."""
        self.dismiss(True)
