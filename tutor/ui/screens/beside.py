"""The same exercise in the other frameworks, beside the learner's own answer."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from tutor.errors import FwtutorError
from tutor.ui.beside import arranged, lines

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tutor.session import Session, StepView
    from tutor.session.beside.comparison import Comparison


class BesidePage(Widget):
    """The page, painted by one widget."""

    comparison: reactive[Comparison | None] = reactive(None, layout=True)
    other: reactive[int] = reactive(0, layout=True)
    """Which framework is beside the learner's own, where not all fit."""

    def _lines(self, width: int) -> list[Content]:
        return lines(self.comparison, width, self.other) if self.comparison else []

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as there is room."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as the page."""
        return len(self._lines(width))

    def render(self) -> Content:
        """The page, its lines already broken."""
        return Content("\n").join(self._lines(self.content_size.width))


class BesideScreen(Screen[bool]):
    """Returns True when the learner asks for the author's solution in their own framework."""

    CSS_PATH = "../styles/beside.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,f3,escape,enter", "close", "Close", key_display="q"),
        Binding("right,tab,n", "turn(1)", "Next framework", key_display="→"),
        Binding("left,shift+tab,p", "turn(-1)", "Previous framework", key_display="←"),
        Binding("o", "solution", "The author's solution"),
    ]

    def __init__(self, session: Session, view: StepView) -> None:
        super().__init__()
        self._session = session
        self._view = view
        self._fault = ""
        """Why there is nothing to compare."""

    def compose(self) -> ComposeResult:
        """The page, and what can be done."""
        with Vertical():
            yield Static(f"{self._view.title} · side by side", id="heading", markup=False)
            with VerticalScroll(id="scroll"):
                yield BesidePage()
            yield Static("", id="choices", markup=False)

    def on_mount(self) -> None:
        """Begin to compare."""
        self.query_one("#scroll").focus()
        self._compare()

    def on_resize(self) -> None:
        """Say what there is to turn to."""
        self._say()

    @work(exclusive=True, group="compare", exit_on_error=False)
    async def _compare(self) -> None:
        page = self.query_one(BesidePage)
        found = cast(
            "AsyncGenerator[Comparison]",
            self._session.compare(self._view.ref, self._view.framework),
        )
        try:
            async with aclosing(found) as comparisons:
                async for comparison in comparisons:
                    page.comparison = comparison
                    self._say()
        except FwtutorError as error:
            self._fault = f"{error} "
            self._say()

    def _say(self) -> None:
        page = self.query_one(BesidePage)
        words = f"{self._fault}q closes · ↑ ↓ scroll · o the author's solution"
        comparison = page.comparison
        if comparison is not None:
            width = page.content_size.width or self.size.width
            if sum(map(len, arranged(comparison, width, 0))) < len(comparison.frameworks):
                words = f"← → another framework · {words}"
        self.query_one("#choices", Static).update(words)

    def action_turn(self, by: int) -> None:
        """Put another framework beside the learner's own."""
        page = self.query_one(BesidePage)
        if page.comparison is not None:
            page.other = (page.other + by) % max(len(page.comparison.frameworks) - 1, 1)

    def action_close(self) -> None:
        """Back to the step."""
        self.dismiss(False)

    def action_solution(self) -> None:
        """Show the author's solution in the learner's framework."""
        self.dismiss(True)
