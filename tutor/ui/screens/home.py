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
from tutor.session import StepRef
from tutor.ui import keys, names
from tutor.ui.messages import CoursesWanted, LessonWanted, StepWanted
from tutor.ui.screens.course_map import FOLD, CourseMap
from tutor.ui.widgets.keybar import KeyBar
from tutor.ui.widgets.longlist import LongList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.course.models import FrameworkName
    from tutor.session import Session


class HomeScreen(Screen[None]):
    """Enter opens what the cursor is on; it starts on what is next."""

    CSS_PATH = "../styles/home.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings(keys.HOME),
        Binding("escape", "clear_search", "Whole map", show=False),
    ]

    def __init__(
        self, session: Session, framework: FrameworkName | None = None, *, placing: bool = False
    ) -> None:
        """Make the map.

        Args:
            session: The learner's.
            framework: The one to begin in, when it is not the learner's last.
            placing: Whether to begin with the placement test.
        """
        super().__init__()
        self._session = session
        self._framework: FrameworkName | None = framework
        self._course_map = CourseMap(session)
        """What the rows say; made anew when the record changed."""
        self._next: StepRef | None = None
        self._words = ""
        """What is searched for."""
        self._said = ""
        """What was said on coming here."""
        self._unfolded = False
        """Whether the lessons off the path are shown."""
        self._left = False
        self._placing = placing

    def compose(self) -> ComposeResult:
        """Course, notice, map, what the lesson is about, and keys."""
        yield Static(id="course")
        yield Static(id="notice", markup=False)
        yield Static(id="offer", markup=False)
        yield LongList(id="map", markup=False)
        yield Static(id="about", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill the map."""
        self._show_notice()
        self._show_map()
        self.set_focus(self.query_one(OptionList))
        if self._placing:
            self.call_after_refresh(self.action_place)

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
            self.reload()

    def on_screen_suspend(self) -> None:
        """Another screen is over the map: what it changes is shown on coming back."""
        self._left = True
        self._framework = None
        if self._said:
            self.say("")

    # The map

    def reload(self) -> None:
        """Show the course and the record anew: they have changed."""
        changed = self._course_map.catch_up()
        if changed is None:
            self._course_map = CourseMap(self._session)
        map_ = self.query_one(LongList)
        first = self._continue_options()
        if changed is None or self._words or bool(first) is (map_.place_of("continue") is None):
            self._show_map(first)
            return
        self._show_head()
        map_.renew([*first, *map(self._course_map.row, changed)])
        self._show_about(map_.highlighted_option)
        self.refresh_bindings()

    def _show_map(self, first: Sequence[Option] | None = None) -> None:
        """Show everything, as the course map has it; `first` is the row at the top, if made."""
        self._show_head()
        self._fill(self._continue_options() if first is None else first)
        self.refresh_bindings()

    def _show_head(self) -> None:
        self.query_one("#course", Static).update(self._course_map.title())
        offer = self.query_one("#offer", Static)
        offer.display = self._session.offers_paths()
        if offer.display:
            key = keys.shown(keys.key_of("path", self._session.config.keys))
            offer.update(f"{key} chooses a path: one framework, or from one you know to another.")

    def _fill(self, first: Sequence[Option] = ()) -> None:
        map_ = self.query_one(LongList)
        highlighted = map_.highlighted_option
        options = [] if self._words else [*first]
        options += self._course_map.options(self._words, unfolded=self._unfolded)
        if self._words and not options:
            none = f"No lesson has “{self._words}”. Esc shows them all."
            options.append(Option(none, disabled=True))
        map_.show(options)
        same = map_.place_of(highlighted.id) if highlighted is not None else None
        enabled = (index for index, option in enumerate(options) if not option.disabled)
        map_.highlighted = next(enabled, None) if same is None else same
        if map_.highlighted is None:  # nothing is: no lesson was found
            self.query_one("#about", Static).update("")

    def _continue_options(self) -> list[Option]:
        """The row at the top that Enter follows by default."""
        self._next = None
        session = self._session
        try:
            place = session.where()
            if place is not None and session.way.leads_to(place[0]):
                complete = self._course_map.standings[place[0].lesson].complete
                word, ref = "Continue", place[0]
            else:
                complete = place is not None
                word, ref = "Start", place[0] if place else None
            if ref is None or complete:
                word, ref = "Next" if complete else "Start", session.next_step()
            if ref is None:
                return []
            view = session.step_view(ref, self._framework)
            info = session.catalogue.lessons[ref.lesson]
        except (FwtutorError, LookupError):
            return []  # its lesson has a fault, which the map shows
        self._next = ref
        if complete and self._course_map.standings[ref.lesson].complete:
            word = "Every exercise is done. Again"
        text = Content.assemble(
            (f"▶ {word}: {info.title}", "bold"),
            f" · {view.title} ({names.framework(view.framework)})",
        )
        return [Option(text, id="continue")]

    def _lesson_of(self, option: Option | None) -> str | None:
        """The lesson that a row is about."""
        kind, _, lesson = ((option.id or "") if option else "").partition(":")
        if kind == "continue" and self._next is not None:
            return self._next.lesson
        return lesson if lesson in self._course_map.standings else None

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say what the lesson is about."""
        self._show_about(event.option)
        self.refresh_bindings()

    def _show_about(self, option: Option | None) -> None:
        lesson = self._lesson_of(option)
        self.query_one("#about", Static).update(self._course_map.about(lesson) if lesson else "")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open it."""
        kind, _, lesson = (event.option.id or "").partition(":")
        if kind == "continue":
            self.action_continue()
        elif kind == "lesson":
            self.post_message(LessonWanted(lesson))
            if self._words:  # what was searched for is found
                self.call_later(self.action_clear_search)
        elif kind == FOLD:
            self._unfolded = not self._unfolded
            self._fill(self._continue_options())

    def action_continue(self) -> None:
        """Go to what is next."""
        if self._next is not None:
            self.post_message(StepWanted(self._next))

    # The way through the course

    def action_path(self) -> None:
        """Choose a path."""
        from tutor.ui.screens.path import PathScreen

        self.app.push_screen(PathScreen(self._session.paths()), self._follow)

    def _follow(self, name: str | None) -> None:
        """Follow the path that was chosen; None leaves things as they are."""
        if name is None:
            return
        try:
            self._session.choose_path(name)
        except FwtutorError as error:
            self.notify(str(error), title="Not saved", severity="error", markup=False)
        self._unfolded = False
        self.query_one(OptionList).highlighted = None  # what is next is on the first row
        self.reload()
        if self._course_map.askable:
            key = keys.shown(keys.key_of("place", self._session.config.keys))
            self.say(f"Know some of it? {key} asks a few questions; what you know is skipped.")

    def action_place(self) -> None:
        """Take the placement test."""
        if not self._course_map.askable:
            self.say("There is nothing to ask: every lesson on your way is done or known.")
            return
        from tutor.ui.screens.placement import PlacementScreen

        keymap = self._session.config.keys
        placement = self._session.placement(self._framework)
        test = PlacementScreen(self._session, placement, keymap)
        self.app.push_screen(test, lambda _: self.say(test.words))

    def action_unknown(self) -> None:
        """Take the lesson after all."""
        lesson = self._lesson_of(self.query_one(OptionList).highlighted_option)
        if lesson is None:
            return
        try:
            self._session.forget_known(lesson)
        except FwtutorError as error:
            self.notify(str(error), title="Not saved", severity="error", markup=False)
        self.reload()

    # Other courses

    def action_courses(self) -> None:
        """Choose another course."""
        self.post_message(CoursesWanted())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Another course was added; the course has paths; something can be asked, or taken back."""
        match action:
            case "courses":
                return bool(self._session.courses())
            case "path":
                return bool(self._session.catalogue.course.paths)
            case "place":
                return self._course_map.askable
            case "unknown":
                option = self.query_one(OptionList).highlighted_option if self.is_mounted else None
                lesson = self._lesson_of(option)
                return lesson is not None and self._course_map.standings[lesson].known
            case _:
                return True

    def show_course(self, session: Session) -> None:
        """Become the map of another course."""
        self._session = session
        self._next = None
        self._words = ""
        self._unfolded = False
        self.query(Input).remove()
        self.query_one("#map", OptionList).clear_options()
        self._show_notice()
        self._course_map = CourseMap(session)
        self._show_map()
        self.set_focus(self.query_one(OptionList))

    # Search

    async def action_search(self) -> None:
        """Show the search line."""
        if not self.query(Input):
            search = Input(
                placeholder="Words of a lesson's title, steps, goals or track", id="search"
            )
            search.cursor_blink = False
            await self.mount(search, before="#map")
        self.query_one(Input).focus()

    async def action_clear_search(self) -> None:
        """Back to the whole map."""
        await self.query(Input).remove()
        if self._words:
            self._words = ""
            self._fill(self._continue_options())
        self.query_one(OptionList).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as the learner types."""
        self._words = event.value
        self._fill([] if self._words else self._continue_options())

    def on_input_submitted(self) -> None:
        """Open the lesson the cursor is on: the first found, unless it was moved."""
        self.query_one(OptionList).action_select()

    def key_down(self) -> None:
        """From the search line into the map."""
        if isinstance(self.focused, Input):
            self.query_one(OptionList).focus()
