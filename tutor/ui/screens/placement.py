"""The placement test: one quick exercise after another, one attempt each, no hints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.errors import FwtutorError
from tutor.session import StepRef
from tutor.ui import keys, messages, names
from tutor.ui.screens.lesson_runs import UNFILLED, LessonRuns
from tutor.ui.widgets.answers import make_answer
from tutor.ui.widgets.keybar import KeyBar
from tutor.ui.widgets.page import Page, page_blocks
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.results import Results
from tutor.ui.widgets.statusbar import StatusBar

if TYPE_CHECKING:
    from tutor.grading.verdict import Verdict, VerdictName
    from tutor.session import Session
    from tutor.session.placement import Placement, Question

MARKS = {"known": "✓", "failed": "✗", "open": "?"}
"""What became of a lesson."""


class PlacementScreen(LessonRuns):
    """Each lesson is kept as soon as it is known; `words` say what came of the test."""

    CSS_PATH = "../styles/placement.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.PLACING)]

    def __init__(self, session: Session, placement: Placement, keymap: Mapping[str, str]) -> None:
        super().__init__(session, keymap)
        self.add_class("-placing")
        self._placement = placement
        self._asked: Question | None = None
        """The exercise on the screen."""
        self._unclear = False
        """Whether it could not be judged, so that going on does not count against the learner."""
        self.words = ""
        """What came of the test, in a sentence, once it has ended."""

    def compose(self) -> ComposeResult:
        """Where the learner is in the test, the question, the answer, and keys."""
        yield Static(id="strip", markup=False)
        yield Static(id="trail", markup=False)
        with Container(id="body"):
            with Page(id="page"):
                yield Prose(id="prose")
            with Vertical(id="work"):
                yield VerticalScroll(id="answer", can_focus=False)
                yield Results(id="results")
        yield StatusBar(id="status")
        yield KeyBar()

    async def on_mount(self) -> None:
        """Ask the first question."""
        await self._ask()

    async def _ask(self) -> None:
        """Show the question that is next, or end the test."""
        question = self._placement.question
        while question is not None:
            candidate = question.candidate
            ref = StepRef(candidate.lesson, question.step)
            try:
                self._view = self._session.step_view(ref, candidate.framework)
                break
            except FwtutorError:  # its file was changed, and has a fault now
                self._placement.judged("unchecked")
                question = self._placement.question
        if question is None:
            self._end()
            return
        self._asked, self._unclear = question, False
        view = self._view
        place = self.query_one("#answer")
        await place.remove_children()
        control = make_answer(view, None)
        if control is not None:
            await place.mount(control)
        self.query_one(Results).clear()
        self.query_one("#prose", Prose).show(page_blocks(view, self._keymap))
        page = self.query_one(Page)
        page.scroll_home(animate=False)
        self.query_one("#strip", Static).update(self._head(question))
        self.query_one("#trail", Static).update(self._trail())
        self.query_one(StatusBar).framework = names.framework(view.framework)
        self.set_focus(control or page, scroll_visible=False)
        self.refresh_bindings()
        self._prepare()

    def _head(self, question: Question) -> Content:
        lessons = self._session.catalogue.lessons
        asked = f"{question.number}/{len(question.candidate.steps)}"
        left = self._placement.remaining - 1
        after = f" · at most {names.count(left, 'lesson')} after it" if left else ""
        title = lessons[question.candidate.lesson].title
        return Content.assemble((f"Do you know “{title}”? {asked}", "bold"), after)

    def _trail(self) -> str:
        """What became of the lessons asked about, the last first: there may be no room for all."""
        lessons = self._session.catalogue.lessons
        found = [
            f"{MARKS[outcome]} {lessons[lesson].title}"
            for lesson, outcome in reversed(self._placement.outcomes.items())
        ]
        return " · ".join(found) or "One try for each question; who passes a lesson skips it."

    @work(exclusive=True, group="prepare", exit_on_error=False)
    async def _prepare(self) -> None:
        """Warm a worker, so that the answer is judged at once."""
        await self._session.prepare(self._view.ref, self._view.framework)

    # What is judged

    def _show_standing(self) -> None:
        """There is no strip of steps: the placement test has its own first line."""

    def _judged(self, verdict: Verdict) -> None:
        """Go on at once after right and wrong; what could not be judged is shown."""
        if verdict.diagnosis == UNFILLED:
            return
        if verdict.verdict in ("pass", "fail"):
            self._go_on(verdict)
        else:
            self._unclear = True
            key = keys.shown(keys.key_of("place-skip", self._keymap))
            self.query_one(StatusBar).say(f"{key} goes on; this does not count against you")

    @work(exclusive=True, group="going on", exit_on_error=False)
    async def _go_on(self, verdict: Verdict) -> None:
        said = "✓ Right" if verdict.verdict == "pass" else "✗ Wrong"
        self._take(verdict.verdict)
        await self._ask()
        if self._placement.question is not None:
            self.query_one(StatusBar).say(said)

    def _take(self, verdict: VerdictName) -> None:
        """Hand a verdict to the test, which may mark a lesson as known."""
        try:
            self._placement.judged(verdict)
        except FwtutorError as error:
            self.notify(str(error), title="Not saved", severity="error", markup=False)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While something runs, it can be stopped; else there is an answer to give."""
        match action:
            case "stop":
                return self.running
            case "check" | "skip":
                return not self.running
            case _:
                return True

    async def action_skip(self) -> None:
        """The learner does not know, or the machine could not tell."""
        if self._placement.question is None:
            return
        self._take("unchecked" if self._unclear else "fail")
        await self._ask()

    def action_end(self) -> None:
        """Leave the test; what is known stays known."""
        self._abandon_run()
        self._end()

    def _end(self) -> None:
        lessons = self._session.catalogue.lessons
        titles = {lesson: lessons[lesson].title for lesson in self._placement.outcomes}
        self.words = self._placement.words(titles)
        self.dismiss()

    @on(messages.AnswerSubmitted)
    def _on_answer_submitted(self) -> None:
        self._check()

    @on(messages.PageTurned)
    def _on_page_turned(self) -> None:
        """Enter on the question goes to the answer."""
        if (control := self._control()) is not None:
            control.focus()
