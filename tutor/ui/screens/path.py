"""The list of paths through the course."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.ui import names
from tutor.ui.widgets.longlist import LongList

if TYPE_CHECKING:
    from tutor.session import PathView

TITLE_WIDTH = 38
"""Cells for a path's title: with progress and time a row is 66 cells, which fit at 80 columns."""


class PathScreen(ModalScreen[str | None]):
    """Returns the id of the path that the learner chose; None when they left it as it is."""

    CSS_PATH = "../styles/dialogs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "leave", "Leave it")]

    def __init__(self, paths: Sequence[PathView]) -> None:
        super().__init__()
        self._paths = {path.id: path for path in paths}

    def compose(self) -> ComposeResult:
        """The paths, what the one under the cursor is about, and the keys."""
        with Vertical(id="dialog"):
            yield Static("Choose a path", id="heading", markup=False)
            yield LongList(
                *(Option(_row(path), id=path.id) for path in self._paths.values()), markup=False
            )
            yield Static(id="about", markup=False)
            yield Static("Enter takes it · Esc leaves things as they are", id="choices")

    def on_mount(self) -> None:
        """Begin on the path that is followed."""
        paths = self.query_one(OptionList)
        chosen = [index for index, path in enumerate(self._paths.values()) if path.chosen]
        paths.highlighted = chosen[0] if chosen else 0
        paths.focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say for whom it is."""
        path = self._paths[event.option.id or ""]
        lessons = names.count(len(path.lessons), "lesson")
        taken = ", ".join(names.framework(name) for name in path.frameworks)
        size = f"{lessons}, in {taken}." if taken else f"{lessons}."
        about = self.query_one("#about", Static)
        about.update(" ".join(part for part in (path.about, size) if part))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take it."""
        self.dismiss(event.option.id)

    def action_leave(self) -> None:
        """Leave things as they are."""
        self.dismiss(None)


def _row(path: PathView) -> Content:
    mark = "✓ " if path.chosen else "  "
    title = Content(path.title).truncate(TITLE_WIDTH, ellipsis=True)
    pad = " " * (TITLE_WIDTH - title.cell_length)
    done = f"{path.done}/{path.exercises} done"
    size = f" {done:>12}  {names.minutes(path.minutes):>10}"
    return Content.assemble(mark, title, pad, (size, "dim"))
