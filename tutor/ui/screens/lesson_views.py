"""The lesson screen's part that shows what a run shows: views, between the results or over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual import on

from tutor.session import StepView
from tutor.ui import keys, messages
from tutor.ui.screens.lesson_runs import LessonRuns
from tutor.ui.widgets.page import Page
from tutor.ui.widgets.results import Results
from tutor.views.gather import gather
from tutor.views.model import View

if TYPE_CHECKING:
    from textual.timer import Timer

    from tutor.session import Session
    from tutor.ui.screens.looking import ViewScreen

FRAME = 0.1
"""Seconds between two drawings of what is live, however fast it comes."""


class LessonViews(LessonRuns):
    """Keeps the views of each step while the lesson is open."""

    def __init__(self, session: Session, keymap: Mapping[str, str]) -> None:
        super().__init__(session, keymap)
        self._views_of: dict[StepView, dict[str, View]] = {}
        """What the last run of each step showed, by name."""
        self._looking: ViewScreen | None = None
        """The screen over this one that shows them."""
        self._pause: Timer | None = None
        """Runs from one drawing until the next may be made."""
        self._due = False
        """Whether something came meanwhile."""

    @property
    def _pictures(self) -> dict[str, View]:
        """What the last run of the step on the screen showed."""
        return self._views_of.setdefault(self._view, {})

    @property
    def shows(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self._to_look_at)

    @property
    def _to_look_at(self) -> tuple[View, ...]:
        """What the last run showed, then the bars of an experiment."""
        found = dict(self._views_of.get(self._view, {}))
        measured = self._measured.get(self._view)
        if measured is not None:
            found.setdefault(measured.bars.name, measured.bars)
        return tuple(found.values())

    @on(messages.RunStarted)
    def _forget_views(self, message: messages.RunStarted) -> None:
        """Another run begins: what the last one showed must not be taken for its own.

        The answer to an experiment is about what was shown already, and runs nothing that shows.
        """
        if not self._is_old(message) and not (
            self._view.kind == "measure" and self._asked == "answer"
        ):
            self._pictures.clear()
            self._show_views()
            self.refresh_bindings()

    @on(messages.ViewArrived)
    def _on_view_arrived(self, message: messages.ViewArrived) -> None:
        if self._is_old(message):
            return
        first = not self.shows
        gather(self._pictures, message.shown, more=message.more)
        if first:
            self.refresh_bindings()
        if self._pause is None:
            self._show_views()
            self._pause = self.set_timer(FRAME, self._frame_over, name="frame")
        else:
            self._due = True

    def _frame_over(self) -> None:
        self._pause = None
        if self._due:
            self._show_views()
            self._pause = self.set_timer(FRAME, self._frame_over, name="frame")

    def _show_views(self) -> None:
        """Draw what there is now, wherever it is looked at."""
        self._due = False
        if self._looking is not None:
            self._looking.show(self._to_look_at, live=self.running)
        views = tuple(self._pictures.values())
        key = keys.shown(keys.key_of("look", self._keymap))
        self.query_one(Results).show_views(views, live=self.running, key=key)

    def _ended(self) -> None:
        """The run is over: its curves fill their axes."""
        super()._ended()
        if self.shows:
            self._show_views()

    @on(messages.RowsWanted)
    def _share_rows(self) -> None:
        """Give the results the rows that the code, else the text above them, leaves empty."""
        results, page = self.query_one(Results), self.query_one(Page)
        editor = self._editor()
        if not results.display or (editor is None and results.region.x >= page.region.right > 0):
            return  # beside the text they have all the rows
        if editor is None:
            pane, needed = page, self.query_one("#prose").outer_size.height
        else:
            pane = self.query_one("#answer")
            needed = editor.wrapped_document.height + editor.gutter.height
        least = pane.styles.min_height
        needed = max(needed, int(least.value) if least else 0)
        results.take_rows(pane.outer_size.height + results.outer_size.height, needed)

    def action_look(self) -> None:
        """See the views over the whole screen."""
        if not self.shows:
            words = "Nothing to look at yet: curves and pictures come here when a run shows them."
            self.query_one(Results).show_reminder(words)
            return
        from tutor.ui.screens.looking import ViewScreen

        ref = self._view.ref
        views = self._to_look_at
        stem = f"{ref.lesson}-{ref.step}"
        screen = ViewScreen(views, live=self.running, stem=stem, stop=self.action_stop)
        self._looking = screen
        self.app.push_screen(screen, self._looked)

    def _looked(self, _: None) -> None:
        self._looking = None
