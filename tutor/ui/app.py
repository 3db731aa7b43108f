"""The app: opens screens, hears signals, and leaves the terminal as it was."""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.events import Resize
from textual.screen import Screen

from tutor.errors import FwtutorError
from tutor.session import StepRef
from tutor.ui import crash, keys, messages
from tutor.ui.contrast import readable
from tutor.ui.frame import ThriftyApp
from tutor.ui.inturn import InTurn
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.toosmall import MIN_HEIGHT, MIN_WIDTH, TooSmallScreen

if TYPE_CHECKING:
    from tutor.course.models import FrameworkName
    from tutor.session import Session
    from tutor.ui.screens.lesson import LessonScreen

LAST_RESORT = 3.0
"""Seconds after a signal until the process ends by force: a terminal that is gone can block the
thread that writes to it."""

IMPORT_DELAY = 0.3
"""Seconds after the map opens until the lesson screen is imported, which takes 30 ms: the map has
settled by then, and the learner has not yet found Enter."""


class TutorApp(InTurn[int], ThriftyApp[int]):
    """Two screens: the map, and a lesson on top of it."""

    TITLE = "fwtutor"
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.APP)]

    def __init__(
        self,
        session: Session,
        start: StepRef | None = None,
        *,
        framework: FrameworkName | None = None,
        keymap: Mapping[str, str] | None = None,
        theme: str | None = None,
        reports: Path | None = None,
        placing: bool = False,
    ) -> None:
        """Make the app.

        Args:
            session: The learner's; the caller closes it.
            start: The step to open; the map when None.
            framework: The one to begin in, instead of the learner's last.
            keymap: Keys by the id of an action.
            theme: A Textual theme's name.
            reports: The folder for a report of a crash.
            placing: Whether to begin with the placement test, over the map.
        """
        # With the first screen's styles at hand from the beginning nothing is parsed twice: 10 ms.
        # Whole: Textual looks beside the app's own class, which may be one derived from this.
        styles = Path(__file__).parent / "styles"
        super().__init__(css_path=styles / f"{'lesson' if start else 'home'}.tcss")
        self.session = session
        self.animation_level = "none"
        self.keymap: Mapping[str, str] = dict(keymap or {})
        self._start = start
        self._lesson: LessonScreen | None = None
        """The lesson that is open."""
        self._framework: FrameworkName | None = framework
        self._reports = reports
        self._placing = placing
        self._signal = 0
        self._crashed = False
        self._wanted_theme = theme or ""

    @property
    def exit_status(self) -> int:
        """What the process should end with."""
        return 128 + self._signal if self._signal else (self.return_code or 0)

    # Starting and leaving

    def adapt_to(self, color_system: str | None) -> None:
        """Take a theme that the terminal's colours do for, if the learner has chosen none."""
        if not self._wanted_theme and color_system == "standard":
            self._wanted_theme = SIXTEEN

    def on_mount(self) -> None:
        """Set what the learner chose, and hear signals."""
        if self._wanted_theme in self.available_themes:
            self.theme = self._wanted_theme
        self.set_keymap(dict(self.keymap))
        loop = asyncio.get_running_loop()
        if threading.current_thread() is threading.main_thread():
            for signum in (signal.SIGHUP, signal.SIGTERM):
                loop.add_signal_handler(signum, self._leave_on, signum)
        if self._lesson is None:
            self.set_timer(IMPORT_DELAY, self._import_lesson, name="import")

    def get_default_screen(self) -> Screen[None]:
        """The first screen, at the bottom of the stack: one to lie under it would be painted."""
        lesson = self._make_lesson(self._start) if self._start is not None else None
        self._lesson = lesson
        return lesson or HomeScreen(self.session, self._framework, placing=self._placing)

    def _import_lesson(self) -> None:
        """Import what the next key press needs, now that the map is painted."""
        importlib.import_module("tutor.ui.screens.lesson")
        gc.freeze()  # that, and what the map of a large course holds: 10 ms for 1,000 lessons

    def _leave_on(self, signum: int) -> None:
        """A dropped line or a kill: save, restore the terminal, end with 128 + the signal."""
        self._signal = signum
        self.save()
        watchdog = threading.Timer(LAST_RESORT, os._exit, (128 + signum,))
        watchdog.daemon = True
        watchdog.start()
        self.exit(return_code=128 + signum)

    def save(self) -> None:
        """Save what is typed, wherever it is."""
        if self._lesson is not None:
            self._lesson.save()

    async def action_quit(self) -> None:
        """Save and leave, once the keys typed before this one have arrived where they go."""
        (self.screen.focused or self).call_later(self._leave)

    def _leave(self) -> None:
        self.save()
        self.exit(return_code=0)

    def _fatal_error(self) -> None:
        """Textual would print a traceback over the shell: write it to a file, and say where."""
        error = self._exception or sys.exc_info()[1] or RuntimeError("an error without a cause")
        if self._crashed:
            return  # what fails on the way out follows from the first
        self._crashed = True
        try:
            self.save()
        except Exception as second:  # the first one is to be told, whatever happens
            self.log(second)
        report = crash.write_report(error, self._reports) if self._reports else None
        self._exit_renderables.append(crash.sentence(error, report))
        self._close_messages_no_wait()

    # Going places

    @on(messages.StepWanted)
    def _on_step_wanted(self, message: messages.StepWanted) -> None:
        if message.ref is None:
            self._close_lesson(message.words)
        else:
            self._open(message.ref)

    @on(messages.LessonWanted)
    def _on_lesson_wanted(self, message: messages.LessonWanted) -> None:
        info = self.session.catalogue.lessons.get(message.lesson)
        if info is None or not info.steps:
            faults = "\n".join(str(finding) for finding in info.broken) if info else ""
            words = faults or f"Lesson `{message.lesson}` has no steps."
            self.notify(words, title="Cannot open", severity="error", markup=False)
            return
        place = self.session.where()
        if place is not None and place[0].lesson == info.id:
            self._open(place[0])
            return
        standing = self.session.standing(info.id)
        step = standing.next or next(iter(standing.steps), info.steps[0].id)
        self._open(StepRef(info.id, step))

    def _make_lesson(self, ref: StepRef) -> LessonScreen | None:
        """A lesson's screen at a step; None, after a sentence, when it cannot be opened."""
        from tutor.ui.screens.lesson import LessonScreen

        try:
            screen = LessonScreen(self.session, ref, self._framework, self.keymap)
        except FwtutorError as error:
            self.notify(str(error), title="Cannot open", severity="error", markup=False)
            return None
        self._framework = None  # it is the learner's own from here on
        return screen

    def _open(self, ref: StepRef) -> None:
        """Open a step over the map, in place of the lesson that is open."""
        screen = self._make_lesson(ref)
        if screen is not None:
            self._show(screen)

    def _close_lesson(self, words: str) -> None:
        """Back to the map, which says the words."""
        self._show(None)
        if isinstance(self.screen, HomeScreen):
            self.screen.say(words)

    def _show(self, lesson: LessonScreen | None) -> None:
        """Show a lesson, or the map.

        A lesson that was the first screen stays below, unseen: Textual 8.2 cannot switch it away.
        """
        self.save()
        while len(self.screen_stack) > 1 and not isinstance(self.screen, HomeScreen):
            self.pop_screen()
        self._lesson = lesson
        if lesson is not None:
            self.push_screen(lesson)
        elif not isinstance(self.screen, HomeScreen):
            self.push_screen(HomeScreen(self.session))

    # Other courses

    @on(messages.CoursesWanted)
    def action_courses(self) -> None:
        """Offer the courses that can be opened."""
        from textual.command import CommandPalette

        from tutor.ui.commands import CourseProvider

        if not isinstance(self.screen, CommandPalette):
            self.push_screen(
                CommandPalette(providers=[CourseProvider], placeholder="Open a course…")
            )

    def open_course(self, folder: Path) -> None:
        """Open another course at its map; a sentence, and nothing changes, when it has faults."""
        try:
            session = self.session.reopen(folder)
        except FwtutorError as error:
            self.notify(str(error), title="Cannot open", severity="error", markup=False)
            return
        self.save()
        left, self.session = self.session, session
        self._lesson = self._framework = None
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if isinstance(self.screen, HomeScreen):
            self.screen.show_course(session)
        else:  # a lesson that was the first screen stays below, unseen
            self.push_screen(HomeScreen(session))
        self.run_worker(left.close(), group="close", exit_on_error=False)

    # Colours

    def search_themes(self) -> None:
        """Offer the themes, and remember the one chosen."""
        super().search_themes()
        self.watch(self, "theme", self.session.save_theme, init=False)

    def get_css_variables(self) -> dict[str, str]:
        """The theme's colours, those of text readable."""
        return readable(super().get_css_variables())

    # Keys

    def action_help(self) -> None:
        """Show every key, those of the screen first."""
        from tutor.ui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.keymap, first=self._actions_of(self.screen)))

    def action_find(self) -> None:
        """Search the course."""
        from textual.command import CommandPalette

        from tutor.ui.commands import LessonProvider

        if not isinstance(self.screen, CommandPalette):
            self.push_screen(
                CommandPalette(providers=[LessonProvider], placeholder="Find a lesson or a step…")
            )

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The actions that apply on this screen, under their titles."""
        for place, actions in ((screen, self._actions_of(screen)), (self, keys.APP)):
            words: Mapping[str, str] = getattr(place, "key_words", {})
            for action in actions:
                if words.get(action.action) != "" and place.check_action(action.action, ()):
                    key = keys.shown(keys.keys_of(action, self.keymap))
                    run = getattr(place, f"action_{action.action}")
                    yield SystemCommand(action.title, f"{action.help} ({key})", run)
        if self._lesson is not None and screen is self._lesson:
            yield from self._lesson.editor_commands()
        if screen is self._lesson and self.session.courses():
            other = next(action for action in keys.HOME if action.action == "courses")
            yield SystemCommand(other.title, other.help, self.action_courses)

    def _actions_of(self, screen: Screen[object]) -> tuple[keys.Action, ...]:
        """What can be done on a screen; nothing of its own on one that only asks or shows."""
        if screen is self._lesson:
            return keys.LESSON
        if isinstance(screen, HomeScreen):
            return keys.HOME
        if screen.has_class("-placing"):  # its class is not imported before one is opened
            return keys.PLACING
        return keys.LOOKING if screen.has_class("-looking") else ()

    # Size

    @on(Resize)
    def _cover_when_small(self, event: Resize) -> None:
        """Cover everything while there is no room, and uncover it when there is."""
        small = event.size.width < MIN_WIDTH or event.size.height < MIN_HEIGHT
        covered = isinstance(self.screen, TooSmallScreen)
        if small and not covered:
            self.push_screen(TooSmallScreen())
        elif covered and not small:
            self.pop_screen()


def run(
    session: Session,
    start: StepRef | None = None,
    *,
    framework: FrameworkName | None = None,
    keymap: Mapping[str, str] | None = None,
    theme: str | None = None,
    reports: Path | None = None,
    placing: bool = False,
) -> int:
    """Run the TUI until the learner leaves; close the session; return the exit status.

    `keymap` comes from the session's configuration and `theme` from the session when not given.
    """
    app = TutorApp(
        session,
        start,
        framework=framework,
        keymap=session.config.keys if keymap is None else keymap,
        theme=session.theme if theme is None else theme,
        reports=reports,
        placing=placing,
    )
    return asyncio.run(run_app(app))


SIXTEEN = "ansi-dark"
"""The theme where there are 16 colours and none was chosen: of others, they make one of two."""


async def run_app(app: TutorApp) -> int:
    """Run an app until the learner leaves; close its session; return the exit status."""
    # What the imports made stays: to walk it again, the collector took 20 ms now and then.
    gc.freeze()
    app.adapt_to(app.console.color_system)
    try:
        await app.run_async()
    finally:
        await app.session.close()
    return app.exit_status
