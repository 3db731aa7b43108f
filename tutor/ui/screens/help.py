"""Every key, as the learner has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.ui import keys
from tutor.ui.markdown import Block, Gap, Line
from tutor.ui.widgets.prose import Prose

CURVES = "Curves, bars and images over the whole screen"
CONTROLS: Sequence[tuple[str, Sequence[tuple[str, str]]]] = (
    (
        "Moving about",
        (
            (
                "Tab, Shift+Tab",
                "Text, answer, results. Tab indents in the editor: there use Shift+Tab.",
            ),
            (
                "Ctrl+Up, Ctrl+Down",
                "Scroll the text while you answer; PageUp, PageDown outside of the editor.",
            ),
            ("Enter, Space", "On the text: read on, then the next step."),
            ("Ctrl+P", "Every action by name."),
        ),
    ),
    (
        "Answers",
        (
            ("Enter", "Submits a value, a choice or an order."),
            ("1 to 9, Space", "Mark an option."),
            ("k, j", "Move a line up, down."),
            ("x", "Set a line aside, or take it back."),
        ),
    ),
    (
        "Editor",
        (
            ("Ctrl+Z, Ctrl+Y", "Undo, redo."),
            ("Ctrl+X, C, V", "Cut, copy, paste. Without a selection the line is cut."),
            ("Shift+arrows", "Select."),
            ("Ctrl+L, Shift+F7", "Select all."),
            ("Ctrl+N", "The next blank, ____; typing replaces it."),
            ("Tab, Shift+Tab", "Indent, dedent the line or the selected lines."),
            ("Ctrl+T", "Make the selected lines comments, or code again."),
            ("Ctrl+Home, Ctrl+End", "Start, end of the code."),
            ("Ctrl+U, Ctrl+K", "Delete to the start, to the end of the line."),
            ("Escape", "Leave the editor."),
        ),
    ),
    (
        CURVES,
        (
            ("Arrows", "Move the cursor; the line below says what is there. Shift: further."),
            ("+, -, 0", "Zoom in, out; all there is."),
            ("l", "Curves: a logarithmic axis, and back."),
            ("Enter", "Images: one of them, and back."),
            ("1 to 9", "Go straight to a view."),
        ),
    ),
)
KEY_WIDTH = 20


class HelpScreen(ModalScreen[None]):
    """Closed by the key that opened it."""

    CSS_PATH = "../styles/dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,f1,escape,enter", "close", "Close", key_display="q")
    ]

    def __init__(
        self,
        keymap: Mapping[str, str],
        more: Sequence[tuple[str, Sequence[keys.Action]]] = (),
        first: Sequence[keys.Action] = (),
    ) -> None:
        """Make the screen.

        Args:
            keymap: The learner's keys, by the id of an action.
            more: Actions that only this app has, under their headings.
            first: The actions of the screen that help was asked for on.
        """
        super().__init__()
        self._keymap = keymap
        self._first = first
        self._sections: Sequence[tuple[str, Sequence[keys.Action]]] = (
            *more,
            ("Lesson", keys.LESSON),
            ("What a run showed, over the whole screen", keys.LOOKING),
            ("Course map", keys.HOME),
            ("Placement test", keys.PLACING),
            ("Everywhere", keys.APP),
        )

    def compose(self) -> ComposeResult:
        """Every action, then the fixed keys."""
        with Vertical(id="dialog"):
            yield Static("Keys", id="heading", markup=False)
            with VerticalScroll(id="text"):
                yield Prose(list(self._blocks()))
            yield Static("q closes", id="choices", markup=False)

    def _blocks(self) -> list[Block]:
        tables = [(title, self._rows(actions)) for title, actions in self._sections]
        here = {title for title, actions in self._sections if actions is self._first}
        if self._first is keys.LOOKING:
            here.add(CURVES)
        blocks: list[Block] = []
        for title, rows in sorted((*tables, *CONTROLS), key=lambda table: table[0] not in here):
            blocks += _section(title, rows)
        names = ", ".join(action.id for _, actions in self._sections for action in actions)
        blocks.append(Line(Content(f"Keys of your own go under [keys] in config.toml: {names}.")))
        return blocks

    def _rows(self, actions: Sequence[keys.Action]) -> list[tuple[str, str]]:
        return [
            (keys.shown(keys.keys_of(action, self._keymap)), f"{action.title}. {action.help}")
            for action in actions
        ]

    def action_close(self) -> None:
        """Back to where help was asked for."""
        self.dismiss()


def _section(title: str, rows: Sequence[tuple[str, str]]) -> list[Block]:
    blocks: list[Block] = [Line(Content.styled(title, "bold"))]
    for key, text in rows:
        if len(key) < KEY_WIDTH:
            blocks.append(Line(Content(text), f"{key:<{KEY_WIDTH}}", " " * KEY_WIDTH))
        else:
            blocks.append(Line(Content(key)))
            blocks.append(Line(Content(text), " " * KEY_WIDTH, " " * KEY_WIDTH))
    blocks.append(Gap())
    return blocks
