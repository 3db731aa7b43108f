"""The course as a map: what to do next, then every lesson with how far the learner is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tutor.errors import FwtutorError
from tutor.session import Standing, StepRef
from tutor.ui import keys, names
from tutor.ui.messages import CoursesWanted, LessonWanted, StepWanted
from tutor.ui.widgets.keybar import KeyBar

if TYPE_CHECKING:
    from tutor.course.catalogue import LessonInfo
    from tutor.course.models import FrameworkName
    from tutor.session import Session

TITLE_WIDTH = 44
"""Cells for a lesson's title: with standing, minutes and frameworks a row is 79 cells."""


class HomeScreen(Screen[None]):
    """Enter opens what the cursor is on; it starts on what is next."""

    CSS_PATH = "../styles/home.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings(keys.HOME),
        Binding("escape", "clear_search", "Whole map", show=False),
    ]

    def __init__(self, session: Session, framework: FrameworkName | None = None) -> None:
        """Make the map; `framework` is the one to begin in, when it is not the learner's last."""
        super().__init__()
        self._session = session
        self._framework: FrameworkName | None = framework
        self._next: StepRef | None = None
        self._words = ""
        """What is searched for."""
        self._said = ""
        """What was said on coming here."""
        self._left = False

    def compose(self) -> ComposeResult:
        """Course, notice, map, what the lesson is about, and keys."""
        yield Static(id="course")
        yield Static(id="notice", markup=False)
        yield OptionList(id="map", markup=False)
        yield Static(id="about", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill the map."""
        self._show_notice()
        self._fill()
        self.set_focus(self.query_one(OptionList))

    def say(self, words: str) -> None:
        """Say something above the map until another screen is opened."""
        self._said = words
        if self.query("#notice"):  # else it is shown when the screen is
            self._show_notice()

    def _show_notice(self) -> None:
        notice = self.query_one("#notice", Static)
        words = "\n".join(part for part in (self._session.notice, self._said) if part)
        notice.update(words)
        notice.display = bool(words)

    def on_screen_resume(self) -> None:
        """Passing a step in a lesson changes the map."""
        if self._left:
            self._fill(self._words)

    def on_screen_suspend(self) -> None:
        """Another screen is over the map: what it changes is shown on coming back."""
        self._left = True
        self._framework = None
        if self._said:
            self.say("")

    # The map

    def reload(self) -> None:
        """Show the catalogue anew: it has changed."""
        self._fill(self._words)

    def _fill(self, words: str = "") -> None:
        map_ = self.query_one(OptionList)
        highlighted = map_.highlighted_option
        catalogue = self._session.catalogue
        standings = self._session.standings()
        done = sum(standing.done for standing in standings.values())
        total = sum(len(standing.exercises) for standing in standings.values())
        self.query_one("#course", Static).update(
            Content.assemble(
                (" · ".join(dict.fromkeys(("fwtutor", catalogue.course.title))), "bold"),
                f" · {done} of {total} exercises done",
            )
        )
        options: list[Option] = [] if words else self._continue_options()
        wanted = words.casefold().split()
        lessons = catalogue.lessons
        for track in catalogue.course.tracks:
            rows = [
                Option(self._row(lessons[lesson], standings[lesson]), id=f"lesson:{lesson}")
                for lesson in track.lessons
                if lesson in lessons and _matches(lessons[lesson], track.title, wanted)
            ]
            if rows:
                head = Content.assemble(("── " + track.title + " ", "bold"), ("─" * 20, "dim"))
                options.append(Option(head, disabled=True))
                options.extend(rows)
        if words and not options:
            options.append(Option(f"No lesson has “{words}”. Esc shows them all.", disabled=True))
        map_.clear_options()
        map_.add_options(options)
        ids = [option.id for option in options]
        if highlighted is not None and highlighted.id in ids:
            map_.highlighted = ids.index(highlighted.id)
        else:
            map_.highlighted = next(
                (index for index, option in enumerate(options) if not option.disabled), None
            )
        if map_.highlighted is None:  # nothing is: no lesson was found
            self.query_one("#about", Static).update("")

    def _continue_options(self) -> list[Option]:
        """The row at the top that Enter follows by default."""
        self._next = None
        try:
            place = self._session.where()
            complete = place is not None and self._session.standing(place[0].lesson).complete
            if place is None or complete:
                word, ref = "Next" if complete else "Start", self._session.next_step()
            else:
                word, ref = "Continue", place[0]
            if ref is None:
                return []
            view = self._session.step_view(ref, self._framework or (place[1] if place else None))
            info = self._session.catalogue.lessons[ref.lesson]
        except (FwtutorError, LookupError):
            return []  # its lesson has a fault, which the map shows
        self._next = ref
        if complete and self._session.standing(ref.lesson).complete:
            word = "Every exercise is done. Again"
        text = Content.assemble(
            (f"▶ {word}: {info.title}", "bold"),
            f" · {view.title} ({names.framework(view.framework)})",
        )
        return [Option(text, id="continue")]

    def _row(self, info: LessonInfo, standing: Standing) -> Content:
        if info.broken:
            return Content.assemble(("! fault  ", "$text-error"), info.title)
        total = len(standing.exercises)
        if total and standing.complete:
            mark, style = "✓ done", "$text-success"
        elif standing.done or standing.seen:
            mark, style = f"◐ {standing.done}/{total}", "$text-warning"
        else:
            mark, style = f"· 0/{total}", "$text-muted"
        title = Content(info.title).truncate(TITLE_WIDTH, ellipsis=True)
        pad = " " * (TITLE_WIDTH - title.cell_length)
        frameworks = " ".join(
            {"tensorflow": "tf", "numpy": "np"}.get(name, name) for name in info.frameworks
        )
        return Content.assemble(
            (f"{mark:<8} ", style), title, pad, (f"{info.minutes:>4} min  {frameworks}", "dim")
        )

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say what the lesson is about."""
        about = self.query_one("#about", Static)
        kind, _, lesson = (event.option.id or "").partition(":")
        if kind == "continue" and self._next is not None:
            lesson = self._next.lesson
        info = self._session.catalogue.lessons.get(lesson)
        if info is None:
            about.update("")
            return
        if info.broken:
            about.update("\n".join(str(finding) for finding in info.broken))
            return
        standing = self._session.standing(info.id)
        size = f"{names.count(len(standing.steps), 'step')}, "
        size += f"{standing.done} of {names.count(len(standing.exercises), 'exercise')} done."
        lines = [f"• {goal}" for goal in info.goals]
        missing = [
            self._session.catalogue.lessons[need].title
            for need in info.requires
            if need in self._session.catalogue.lessons and not self._session.standing(need).complete
        ]
        if missing:
            size += " Best after: " + ", ".join(missing)
        lines.insert(0, size)
        about.update("\n".join(lines))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open it."""
        kind, _, lesson = (event.option.id or "").partition(":")
        if kind == "continue":
            self.action_continue()
        elif kind == "lesson":
            self.post_message(LessonWanted(lesson))

    def action_continue(self) -> None:
        """Go to what is next."""
        if self._next is not None:
            self.post_message(StepWanted(self._next))

    # Other courses

    def action_courses(self) -> None:
        """Choose another course."""
        self.post_message(CoursesWanted())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is another course to open once one was added."""
        return action != "courses" or bool(self._session.courses())

    def show_course(self, session: Session) -> None:
        """Become the map of another course."""
        self._session = session
        self._next = None
        self._words = ""
        self.query(Input).remove()
        self.query_one("#map", OptionList).clear_options()
        self._show_notice()
        self._fill()
        self.set_focus(self.query_one(OptionList))

    # Search

    async def action_search(self) -> None:
        """Show the search line."""
        if not self.query(Input):
            search = Input(placeholder="Words of a lesson's title, goal or track", id="search")
            search.cursor_blink = False
            await self.mount(search, before="#map")
        self.query_one(Input).focus()

    async def action_clear_search(self) -> None:
        """Back to the whole map."""
        await self.query(Input).remove()
        if self._words:
            self._words = ""
            self._fill()
        self.query_one(OptionList).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as the learner types."""
        self._words = event.value
        self._fill(event.value)

    def on_input_submitted(self) -> None:
        """Open the lesson the cursor is on: the first found, unless it was moved."""
        self.query_one(OptionList).action_select()

    def key_down(self) -> None:
        """From the search line into the map."""
        if isinstance(self.focused, Input):
            self.query_one(OptionList).focus()


def _matches(info: LessonInfo, track: str, words: list[str]) -> bool:
    text = " ".join((info.id, info.title, track, *info.goals, *info.frameworks)).casefold()
    return all(word in text for word in words)
