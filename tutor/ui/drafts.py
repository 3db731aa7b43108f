"""Keeps what the learner types, within 300 ms of the keystroke."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.errors import FwtutorError

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widget import Widget

    from tutor.course.models import FrameworkName
    from tutor.session import Draft, Session, StepRef

DELAY = 0.25
"""Seconds after the first unsaved keystroke. The promise is half a second for `kill -9`."""


class Drafts:
    """Saves one step's draft soon after it changed, and at once when told to.

    The timer starts with the first change and is not put off by later ones, so that somebody who
    never stops typing loses no more than anybody else.
    """

    def __init__(self, session: Session, owner: Widget, read: Callable[[], Draft | None]) -> None:
        self._session = session
        self._owner = owner
        self._read = read
        """What is typed now, or None when the step has no draft."""
        self._place: tuple[StepRef, FrameworkName] | None = None
        self._saved: Draft | None = None
        self._timer: Timer | None = None
        self._complained = False

    def follow(self, ref: StepRef, framework: FrameworkName) -> None:
        """Turn to the step that is now shown; the one before must be flushed.

        What it shows at first needs no saving: it is the starter, or the draft that was kept.
        """
        self._place = (ref, framework)
        self._saved = self._read()

    def forget(self) -> None:
        """Save nothing more until the next step."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._place = None

    def changed(self) -> None:
        """Something was typed, or the cursor moved."""
        if self._timer is None:
            self._timer = self._owner.set_timer(DELAY, self.flush, name="save draft")

    def flush(self) -> None:
        """Save now, if there is anything to save."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        draft = self._read()
        if self._place is None or draft is None or draft == self._saved:
            return
        try:
            self._session.save_draft(*self._place, draft)
        except FwtutorError as error:
            if not self._complained:
                self._complained = True
                self._owner.notify(
                    str(error), title="Not saved", severity="error", timeout=15, markup=False
                )
        else:
            self._saved = draft
            self._complained = False
