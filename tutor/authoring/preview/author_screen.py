"""The author's view of the step on the screen, computed while one looks on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.worker import Worker

from tutor.authoring.preview.facts import LiveRunner, at_once, computed
from tutor.authoring.preview.section import Row, Section
from tutor.authoring.subjects import Subject
from tutor.course.resolve import step_id
from tutor.errors import FwtutorError
from tutor.ui import names
from tutor.ui.markdown import MUTED, Block, Gap, Line, parse
from tutor.ui.widgets.prose import Prose

TICK = 0.25
"""Seconds between looks at how many programs have run."""

MARKS = {True: ("✓ ", "$text-success"), False: ("✗ ", "$text-error"), None: ("  ", "")}


class AuthorScreen(ModalScreen[None]):
    """Lies over the lesson; at its right where there is room for both."""

    CSS_PATH = "preview.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape", "close", "Close", key_display="q"),
        Binding("r", "again", "Run again"),
    ]

    def __init__(self, subject: Subject, runner: LiveRunner, key: str) -> None:
        """Make the screen; `key` is the one that closes it as it opened it."""
        super().__init__()
        self._subject = subject
        self._runner = runner
        self._key = key
        self._sections: tuple[Section, ...] = ()
        self._state = ""
        """What the heading says is going on; empty when everything is computed."""

    def compose(self) -> ComposeResult:
        """Heading, facts and keys."""
        with Vertical(id="dialog"):
            yield Static(id="heading", markup=False)
            with VerticalScroll(id="text"):
                yield Prose(id="facts")
            words = f"{self._key} or q closes · r runs again"
            yield Static(words, id="choices", markup=False)

    def on_mount(self) -> None:
        """Begin."""
        self.set_interval(TICK, self._tick, name="progress")
        self.set_focus(self.query_one("#text"))
        self.show(self._subject)

    @property
    def computing(self) -> bool:
        """Whether something is still to come."""
        return bool(self._state)

    def show(self, subject: Subject) -> None:
        """Show a step, or the same in another version: what is known of it stays until then."""
        if subject.name != self._subject.name or subject.framework != self._subject.framework:
            self._sections = ()
        self._subject = subject
        self._state = "running …"
        self._runner.begin()
        self._paint(at_once(subject))
        self._compute(subject)

    @work(exclusive=True, group="facts", exit_on_error=False)
    async def _compute(self, subject: Subject) -> None:
        try:
            self._sections = await computed(subject, self._runner)
        except FwtutorError as error:
            self._sections = (Section("Not run", (Row(str(error), mark=False),)),)
        self._state = ""
        self._paint(at_once(subject))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that raised is a bug, but never a silent one."""
        if isinstance(event.worker.error, Exception):
            raise event.worker.error

    def _tick(self) -> None:
        if self._state and self._runner.asked:
            ran = f"running … {self._runner.done} of {self._runner.asked} programs"
            if ran != self._state:
                self._state = ran
                self._paint_heading()

    def _paint(self, rest: Sequence[Section]) -> None:
        self.query_one(Prose).show(list(_blocks((*self._sections, *rest))))
        self._paint_heading()

    def _paint_heading(self) -> None:
        subject = self._subject
        parts = ["Author's view", step_id(subject.step, subject.index)]
        parts += [names.framework(subject.framework), self._state]
        self.query_one("#heading", Static).update(" · ".join(part for part in parts if part))

    def action_close(self) -> None:
        """Back to the lesson as learners see it."""
        self.dismiss()

    def action_again(self) -> None:
        """Run every program anew."""
        self._runner.forget()
        self.show(self._subject)


def _blocks(sections: Sequence[Section]) -> Iterator[Block]:
    for section in sections:
        yield Line(Content.styled(section.title, "bold $text-primary"))
        for row in section.rows:
            yield from _row_blocks(row)
        yield Gap()


def _row_blocks(row: Row) -> Iterator[Block]:
    sign, style = MARKS[row.mark]
    said = list(parse(row.said))
    # A short head goes before what is said, as a number before a hint.
    first = said[0] if said else None
    if row.head and len(row.head) < 12 and isinstance(first, Line) and not first.first:
        head = Content.styled(sign, style) + Content.styled(f"{row.head} ", "bold")
        yield Line(head + first.content, "", "    ")
        said = said[1:]
    elif row.head:
        yield Line(Content.styled(sign, style) + Content(row.head), "", "    ")
    for line in row.lines:
        yield Line(Content.styled(line, MUTED), "    ", "      ")
    for block in said:
        if isinstance(block, Line):
            yield Line(block.content, f"    {block.first}", f"    {block.rest}", block.style)
        else:
            yield block
