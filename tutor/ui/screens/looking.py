"""What a run showed, over the whole screen: a tab for each view; to look closer, and to save."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tutor.ui import keys
from tutor.ui.markdown import MUTED, inline
from tutor.ui.views import drawing, first_to_look_at, kind_of
from tutor.ui.views.base import Drawing
from tutor.ui.widgets.keybar import KeyBar
from tutor.views import cells
from tutor.views.model import View


class ViewScreen(Screen[None]):
    """One view at a time. Each keeps its cursor and its zoom while the screen is open."""

    CSS_PATH = "../styles/looking.tcss"
    AUTO_FOCUS = ""
    DEFAULT_CLASSES = "-looking"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings(keys.LOOKING),
        Binding("right", "next_view", "Next view", show=False),
        Binding("left", "previous_view", "Previous view", show=False),
        *(
            Binding(str(number), f"go({number - 1})", f"View {number}", show=False)
            for number in range(1, 10)
        ),
    ]

    def __init__(
        self,
        views: Sequence[View],
        *,
        live: bool = False,
        stem: str = "",
        stop: Callable[[], None] | None = None,
    ) -> None:
        """Show views, of which there is one at least.

        Args:
            views: In the order of their tabs.
            live: Whether their run goes on.
            stem: What the names of files begin with, such as `losses-mse-loss`.
            stop: Ends their run.
        """
        super().__init__()
        self._views = list(views)
        self._stop = stop
        self._live = live
        self._stem = stem
        self._current = first_to_look_at(views).name
        self._drawings: dict[str, Drawing] = {}
        """By name; made when it is first gone to."""

    def compose(self) -> ComposeResult:
        """Tabs, caption, drawing, readout, keys."""
        yield Static(id="tabs", markup=False)
        yield Static(id="caption", markup=False)
        yield Static(id="readout", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Draw the first view."""
        self._turn_to(self._current)

    @property
    def shown(self) -> View:
        """The view on the screen."""
        return next(view for view in self._views if view.name == self._current)

    @property
    def key_words(self) -> dict[str, str]:
        """With a single view there is nothing to turn to, after the run nothing to stop."""
        absent = {"next_view": len(self._views) < 2, "stop": not self._live or self._stop is None}
        return {action: "" for action, gone in absent.items() if gone}

    # What is shown

    def show(self, views: Sequence[View], *, live: bool) -> None:
        """Show other views, or the same ones further on; the learner stays where they are."""
        if live != self._live:
            self._live = live
            self.refresh_bindings()
        if not views:
            return  # a run begins: what there was stays until it shows something
        self._views = list(views)
        names = {view.name for view in views}
        if not self.is_mounted:  # points that come while the screen opens
            self._current = (
                self._current if self._current in names else first_to_look_at(views).name
            )
            return
        for name in [name for name in self._drawings if name not in names]:
            self._drawings.pop(name).remove()
        for view in views:
            picture = self._drawings.get(view.name)
            if picture is None:
                continue
            if kind_of(view) != kind_of(picture.view):
                self._drawings.pop(view.name).remove()
            elif view is not picture.view or live != picture.live:
                picture.live = live
                picture.update_view(view)
        if self._current not in names or self._current not in self._drawings:
            self._turn_to(self._current if self._current in names else first_to_look_at(views).name)
        else:
            self._head()
            self._read()

    def _turn_to(self, name: str) -> None:
        self._current = name
        if name not in self._drawings:
            picture = drawing(self.shown, compact=False)
            picture.live = self._live
            self._drawings[name] = picture
            self.mount(picture, after="#caption")
            self.watch(picture, "readout", self._read)
        for other, picture in self._drawings.items():
            picture.display = other == name
        self.set_focus(self._drawings[name], scroll_visible=False)
        self._head()
        self._read()
        self.refresh_bindings()

    def _head(self) -> None:
        """The tabs, the current one in brackets, and the caption."""
        line = Content("")
        for number, view in enumerate(self._views, start=1):
            words = cells.clean(view.name)
            if view.name == self._current:
                line += Content.styled(f"[{number} {words}]", "bold")
            else:
                line += Content.styled(f" {number} {words} ", MUTED)
        self._say("tabs", line)
        self._say("caption", inline(cells.clean(self.shown.caption)))

    def _read(self) -> None:
        picture = self._drawings.get(self._current)
        self._say("readout", Content(picture.readout if picture is not None else ""))

    def _say(self, part: str, words: Content) -> None:
        static = self.query_one(f"#{part}", Static)
        if static.content != words:
            static.update(words, layout=False)

    # Keys

    def action_next_view(self) -> None:
        """Go to the next view; from the last to the first."""
        self._turn_by(1)

    def action_previous_view(self) -> None:
        """Go to the view before."""
        self._turn_by(-1)

    def _turn_by(self, by: int) -> None:
        names = [view.name for view in self._views]
        if len(names) > 1:
            self._turn_to(names[(names.index(self._current) + by) % len(names)])

    def action_go(self, place: int) -> None:
        """Go to a view by its number."""
        if place < len(self._views):
            self._turn_to(self._views[place].name)

    def action_stop(self) -> None:
        """End the run; what it has shown stays."""
        if self._live and self._stop is not None:
            self._stop()

    def action_back(self) -> None:
        """Back to the lesson."""
        self.dismiss(None)

    @work(thread=True, exclusive=True, group="save", exit_on_error=False)
    def action_save(self) -> None:
        """Write the view to a file, where the learner started the tutor or can write."""
        from tutor.views import files

        stem = f"{self._stem}-{self._current}" if self._stem else self._current
        refused: list[str] = []
        for folder in (Path.cwd(), Path.home()):
            try:
                path = files.save(self.shown, folder, stem)
            except OSError as error:
                refused.append(f"{folder}: {error.strerror or error}")
                continue
            self.app.call_from_thread(self.notify, str(path), title="Saved", markup=False)
            return
        words = f"It could not be saved. {'; '.join(refused)}."
        self.app.call_from_thread(
            self.notify, words, title="Not saved", severity="error", markup=False
        )
