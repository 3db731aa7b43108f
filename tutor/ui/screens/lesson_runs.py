"""The lesson screen's part that runs code and judges answers."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual import on, work
from textual.events import Key
from textual.reactive import reactive
from textual.screen import Screen
from textual.worker import Worker

from tutor.errors import FwtutorError
from tutor.session import Draft, StepView
from tutor.ui import keys, messages
from tutor.ui.drafts import Drafts
from tutor.ui.running import follow
from tutor.ui.widgets.answers import Answer, ChooseAnswer, ValueAnswer
from tutor.ui.widgets.page import Page, source_blocks
from tutor.ui.widgets.results import Results
from tutor.ui.widgets.statusbar import StatusBar

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widget import Widget

    from tutor.grading.verdict import Verdict
    from tutor.session import Measured, Session
    from tutor.ui.widgets.code_answer import CodeAnswer

TICK = 1.0
"""Seconds between updates of the elapsed time: each is about 100 bytes on the line."""

EMPTY = {
    "value": "Type your answer first.",
    "choose": "Mark an option first: its number, or Space.",
    "order": "Every line is set aside; x takes one back.",
    "code": "There is no code yet.",
}
"""What is said, instead of counting an attempt, when there is no answer. An experiment runs."""

UNFILLED = "unfilled-blank"
"""The diagnosis of a program that still has a `____`: a slip to be reminded of, no wrong answer."""


class LessonRuns(Screen[None]):
    """Takes the answer of the step on the screen, follows its run and shows what comes of it."""

    running: reactive[bool] = reactive(False, bindings=True)
    _view: StepView
    """The step on the screen."""

    def __init__(self, session: Session, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._session = session
        self._keymap = keymap
        self._drafts = Drafts(session, self, self._read_draft)
        self._failed: set[str] = set()
        """Steps whose last attempt, since the lesson was opened, did not pass."""
        self._measured: dict[StepView, Measured] = {}
        """What the experiments measured since the lesson was opened, to show on coming back."""
        self._starting = False
        """Whether a run was asked for that has not begun: Enter twice in one burst runs once."""
        self._since = 0.0
        self._waiting = ""
        self._asked = "answer"
        """What the run is for: `answer` is judged, `experiment` and `code` are only run."""
        self._answered = ""
        """What is run: the code may have been changed by the time that its verdict is there."""
        self._reached = ""
        """How far the run came: `started`, then `measured` for an experiment."""
        self._ticker: Timer | None = None

    def _show_standing(self) -> None:
        raise NotImplementedError

    # The answer

    def _control(self) -> Widget | None:
        place = self.query("#answer")
        return next(iter(place.first().children), None) if place else None

    def _answer(self) -> Answer | None:
        control = self._control()
        return control if isinstance(control, Answer) else None

    def _editor(self) -> CodeAnswer | None:
        if self._view.kind != "code":
            return None
        from tutor.ui.widgets.code_answer import CodeAnswer

        control = self._control()
        return control if isinstance(control, CodeAnswer) else None

    def _read_draft(self) -> Draft | None:
        answer = self._answer()
        return answer.draft() if answer is not None else None

    # Keys

    def on_key(self, event: Key) -> None:
        """What is typed outside the answer goes there: a digit marks an option, text is typed."""
        control = self._control()
        if control is None or control.disabled:
            return
        if isinstance(control, ValueAnswer) and control is self.focused and event.is_printable:
            # Sent to the pane that had the focus until the key before it: the answer takes what is
            # its own, and none of that arrives here.
            event.stop()
            control.post_message(Key(event.key, event.character))
            return
        if control is self.focused:
            return
        if isinstance(control, ChooseAnswer) and event.key in "123456789":
            event.stop()
            self.set_focus(control, scroll_visible=False)
            control.action_mark(int(event.key) - 1)
        elif isinstance(control, ValueAnswer) and event.is_printable:
            if event.key == "space" and isinstance(self.focused, Page):
                return  # it reads on
            event.stop()
            self.set_focus(control, scroll_visible=False)
            # After the focus, which selects what is there: the first key replaces it.
            control.post_message(Key(event.key, event.character))

    def action_check(self) -> None:
        """Check, once the keys typed before this one have arrived in the answer."""
        (self._control() or self).call_later(self._check)

    def _check(self) -> None:
        """Judge the answer; run the code of a step to read, and an experiment not yet answered."""
        answer = self._answer()
        text = answer.answer() if answer is not None else ""
        if self.running or self._starting:
            if text != self._answered:
                stop = keys.shown(keys.key_of("stop", self._keymap))
                words = f"What was there before is still being checked: {stop} stops it."
                self.query_one(Results).show_reminder(words)
            return
        kind = self._view.kind
        if not text.strip() and kind in EMPTY:
            self.query_one(Results).show_reminder(EMPTY[kind])
        elif not text.strip() and kind == "measure":
            self._start(text, "experiment")
        else:
            self._start(text, "code" if kind == "read" else "answer")

    def action_try(self) -> None:
        """Run the code without judging it, with the keys typed before this one."""
        (self._control() or self).call_later(self._try)

    def _try(self) -> None:
        answer = self._answer()
        view = self._view
        if self.running or self._starting:
            return
        if view.kind == "measure":
            self._start("", "experiment")
        elif view.runnable:
            self._start(answer.answer() if answer is not None else "", "code")
        else:
            key = keys.shown(keys.key_of("run", self._keymap))
            nothing = "There is nothing to run here."
            judged = f"There is nothing to try before you answer: {key} judges your answer."
            self.query_one(Results).show_reminder(nothing if view.kind == "read" else judged)

    def _start(self, answer: str, asked: str) -> None:
        self._starting = True
        self._run(answer, asked)

    @work(exclusive=True, group="run", exit_on_error=False)
    async def _run(self, answer: str, asked: str) -> None:
        self._drafts.flush()
        if not await self._may_run():
            self._starting = False
            return
        self._asked, self._answered = asked, answer
        await follow(self, self._session, self._view, answer, graded=asked != "code")

    async def _may_run(self) -> bool:
        """Ask, before the first run of a course that did not come with fwtutor."""
        question = self._session.trust_question
        if not question:
            return True
        from tutor.ui.screens.trust import TrustScreen

        if not await self.app.push_screen_wait(TrustScreen(question)):
            reminder = "Nothing was run. You can read on; you are asked again when you answer."
            self.query_one(Results).show_reminder(reminder)
            return False
        try:
            self._session.trust()
        except FwtutorError as error:  # it may run now; that cannot be remembered
            self.notify(str(error), title="Not saved", severity="error", markup=False)
        return True

    def action_stop(self) -> None:
        """End the run."""
        self._waiting = "stopping"
        self._tick()
        self._stop()

    @work(exclusive=True, group="stop", exit_on_error=False)
    async def _stop(self) -> None:
        await self._session.stop()

    def _abandon_run(self) -> None:
        """End the run of a step that is left; what it still says is not for the next one."""
        if self.running or self._starting:
            self._ended()
            self._stop()

    # What the run says

    def _is_old(self, message: messages.RunMessage) -> bool:
        return message.view is not self._view

    @on(messages.RunStarted)
    def _on_run_started(self, message: messages.RunStarted) -> None:
        if self._is_old(message):
            return
        self.running, self._starting = True, False
        self._since = time.monotonic()
        self._waiting = self._reached = ""
        results = self.query_one(Results)
        if self.focused is results:  # it may be hidden now, and the focus must not wander
            self.set_focus(self._control() or self.query_one(Page), scroll_visible=False)
        results.begin(measuring=self._asked == "experiment")
        if (editor := self._editor()) is not None:
            editor.clear_marks()
        self._ticker = self._ticker or self.set_interval(TICK, self._tick, name="elapsed")
        self._tick()

    @on(messages.RunWaiting)
    def _on_run_waiting(self, message: messages.RunWaiting) -> None:
        if not self._is_old(message):
            self._waiting = message.what
            self._tick()

    @on(messages.CodeStarted)
    def _on_code_started(self, message: messages.CodeStarted) -> None:
        if not self._is_old(message):
            self._waiting = ""
            self._reached = "started"
            self.query_one(StatusBar).device = message.device
            self._tick()

    @on(messages.OutputArrived)
    def _on_output_arrived(self, message: messages.OutputArrived) -> None:
        if not self._is_old(message):
            self.query_one(Results).feed(message.text, message.error)
            self._keep_code_in_view()

    @on(messages.ResultsMeasured)
    def _on_results_measured(self, message: messages.ResultsMeasured) -> None:
        if not self._is_old(message):
            self._reached = "measured"
            self._measured[message.view] = message.measured
            self.query_one(Results).show_measured(message.measured)

    @on(messages.RunFinished)
    def _on_run_finished(self, message: messages.RunFinished) -> None:
        if self._is_old(message):
            return
        self._ended()
        verdict = message.verdict
        if verdict.diagnosis == UNFILLED:
            self.query_one(Results).show_reminder(verdict.message)
        else:
            over = self._asked == "answer" and verdict.verdict in ("pass", "skipped")
            after = source_blocks(self._view) if over else ()
            self.query_one(Results).show_verdict(verdict, self._words(verdict), after)
        self._keep_code_in_view()
        editor = self._editor()
        if editor is not None and editor.text != self._answered:
            key = keys.shown(keys.key_of("run", self._keymap))
            words = f"The code has changed since: {key} checks it as it is now."
            self.query_one(Results).show_reminder(words)
        elif verdict.line and editor is not None:
            editor.mark_line(verdict.line)
        if self._asked == "answer":
            self._judged(verdict)

    def _keep_code_in_view(self) -> None:
        """The code of a step to read ends its text: it stays in view above what it printed."""
        if self._view.kind == "read":
            self.query_one(Page).keep_end()

    def _judged(self, verdict: Verdict) -> None:
        step = self._view.ref.step
        if verdict.verdict == "pass":
            self._failed.discard(step)
            if self._view.kind != "code":
                # Enter now goes on, and the arrows scroll the explanation.
                self.set_focus(self.query_one(Results))
        elif verdict.verdict == "fail" and verdict.diagnosis != UNFILLED:
            self._failed.add(step)
        self._show_standing()

    def _words(self, verdict: Verdict) -> str:
        """What stands instead of `Right` and `Not checked` when nothing was to be judged."""
        if self._asked == "experiment" and self._reached == "measured":
            return "Measured"
        if self._asked == "code" and verdict.verdict == "pass":
            return "Ran to its end"
        if self._asked == "code" and self._reached and verdict.verdict == "unchecked":
            return "Run, not checked"
        return ""

    @on(messages.RunFailed)
    def _on_run_failed(self, message: messages.RunFailed) -> None:
        if not self._is_old(message):
            self._ended()
            self.query_one(Results).show_sentence(message.sentence)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that raised is a bug, but never a silent one, and never a busy screen."""
        error = event.worker.error
        if error is None:
            return
        if event.worker.group == "run":
            self._ended()
        if isinstance(error, FwtutorError):
            self.query_one(Results).show_sentence(str(error))
        elif isinstance(error, Exception):
            raise error

    def _ended(self) -> None:
        self.running = self._starting = False
        if self._ticker is not None:
            self._ticker.stop()
            self._ticker = None
        self.query_one(StatusBar).run = ""

    def _tick(self) -> None:
        if not self.running:
            return
        elapsed = int(time.monotonic() - self._since)
        what = self._waiting or "running"
        stop = keys.shown(keys.key_of("stop", self._keymap))
        clock = f" {elapsed} s" if elapsed else ""
        self.query_one(StatusBar).run = f"{what}{clock} · {stop} stops"
