"""The learner's app on one lesson, shown anew whenever its file is saved."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from tutor.authoring.preview.author_screen import AuthorScreen
from tutor.authoring.preview.facts import LiveRunner
from tutor.authoring.preview.faults_screen import FaultsScreen
from tutor.authoring.preview.lesson_file import LessonFile, OneLesson, Reading, read
from tutor.authoring.remarks import count
from tutor.authoring.subjects import Subject
from tutor.course.models import Code
from tutor.course.resolve import step_id
from tutor.errors import Finding, FwtutorError
from tutor.session import Draft, Session, StepRef
from tutor.ui import keys
from tutor.ui.app import TutorApp
from tutor.ui.screens.help import HelpScreen
from tutor.ui.screens.home import HomeScreen

if TYPE_CHECKING:
    from tutor.course.models import FrameworkName, Lesson

POLL = 0.25
"""Seconds between looks at the files. A save is taken up once two looks in a row agree, so that a
file half written is not shown as broken: within half a second."""

WORKERS = 2
"""Programs of the author's view that run at a time, beside what the author tries."""

ACTIONS = (
    keys.Action(
        "author",
        "f6,ctrl+l",
        "author",
        "Author's view",
        "Expected values, inputs, and what each mistake earns.",
        "Author",
        priority=True,
    ),
    keys.Action(
        "faults",
        "shift+f6",
        "faults",
        "Faults of the file",
        "What `author lint` finds, at its line.",
    ),
)


class PreviewApp(TutorApp):
    """Watches the lesson's file and its course.yaml."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(ACTIONS)]

    def __init__(
        self,
        session: Session,
        file: LessonFile,
        *,
        framework: FrameworkName | None = None,
        keymap: Mapping[str, str] | None = None,
        theme: str | None = None,
        reports: Path | None = None,
    ) -> None:
        """Make the app; the session's catalogue is a `OneLesson` of `file`."""
        assert isinstance(session.catalogue, OneLesson)
        self._one = session.catalogue
        self._file = file
        self._stamp = file.stamp()
        start = self._first_step()
        super().__init__(
            session,
            start,
            framework=framework,
            keymap=keymap,
            theme=theme,
            reports=reports,
        )
        self._runner = LiveRunner(session.pool, session.config, WORKERS)
        self._panel: FaultsScreen | None = None
        """What says why the files cannot be used, while it is on the screen."""

    def on_mount(self) -> None:
        """Watch, and say what is wrong already."""
        self._show_faults()
        self._watch()

    def _first_step(self) -> StepRef | None:
        """The step asked for, else the first; None while there is no lesson to show."""
        lesson = self._one.reading.lesson
        if lesson is None:
            return None
        ids = [step_id(step, index) for index, step in enumerate(lesson.steps)]
        return StepRef(lesson.lesson, self._file.step if self._file.step in ids else ids[0])

    # Watching

    @work(group="watch")
    async def _watch(self) -> None:
        """Look at the files until the author leaves."""
        seen = self._stamp
        while True:
            await asyncio.sleep(POLL)
            # In a thread: a network file system may take its time.
            now = await asyncio.to_thread(self._file.stamp)
            if now != self._stamp and now == seen:
                self._stamp = now
                await self._take(await asyncio.to_thread(read, self._file))
            seen = now

    async def _take(self, reading: Reading) -> None:
        """Show what the files say now; what has faults stays as it was."""
        before = self._one.reading.lesson
        if self._lesson is not None:
            self._lesson.save()
        self._one.take(reading)
        self._show_faults()
        after = self._one.reading.lesson
        if after is None:
            return
        if before is not None and before is not after:
            self._renew_starters(before, after)
        if self._lesson is not None:
            await self._lesson.reload()
        elif before is None and (start := self._first_step()) is not None:
            self._open(start)
        for screen in self.screen_stack:
            if isinstance(screen, HomeScreen) and screen.is_mounted:
                screen.reload()
            elif isinstance(screen, AuthorScreen) and (subject := self._subject()) is not None:
                screen.show(subject)

    def _renew_starters(self, before: Lesson, after: Lesson) -> None:
        """A starter that was left as it was gives way to the new one."""
        old = {step.id: step for step in before.steps if isinstance(step, Code)}
        for step in after.steps:
            if not isinstance(step, Code) or step.id not in old:
                continue
            for framework, variant in step.variants.items():
                was = old[step.id].variants.get(framework)
                ref = StepRef(after.lesson, step.id)
                draft = self.session.draft(ref, framework)
                if was is not None and draft is not None and draft.text == was.starter:
                    kept = Draft(variant.starter, draft.row, draft.column)
                    self.session.save_draft(ref, framework, kept)

    # Faults

    def _show_faults(self) -> None:
        """Show the panel while the files cannot be used; take it away when they can."""
        findings = self._one.reading.findings
        panel = self._panel
        if panel is not None and (not findings or not panel.is_attached):
            panel.finish()
            self._panel = panel = None
        if not findings:
            return
        title = count(len(findings), "fault")
        if panel is not None:
            panel.show(title, findings)
            return
        good = self._one.reading.lesson is not None
        behind = " · the last good version is behind" if good else ""
        self._panel = FaultsScreen(title, findings, behind)
        self.push_screen(self._panel, self._forget_panel)

    def _forget_panel(self, _: None) -> None:
        self._panel = None

    def action_faults(self) -> None:
        """Show the faults again; of a file without any, what lint says of it."""
        if self._panel is None and self._one.reading.findings:
            self._show_faults()
        elif self._panel is None:
            self._lint()

    @work(exclusive=True, group="lint")
    async def _lint(self) -> None:
        from tutor.authoring.lint import lint

        try:
            remarks, _ = await asyncio.to_thread(lint, [self._file.path])
        except FwtutorError as error:
            self.notify(str(error), title="Lint", severity="error", markup=False)
            return
        if not remarks:
            self.notify("Lint finds nothing.", markup=False)
            return
        findings = [
            Finding(
                remark.path,
                remark.line,
                remark.column,
                f"{remark.severity}: {remark.message} [{remark.rule}]",
            )
            for remark in remarks
        ]
        title = f"Lint: {count(len(findings), 'remark')}"
        self.push_screen(FaultsScreen(title, findings, ""))

    # The author's view

    def _subject(self) -> Subject | None:
        """The step on the screen, in its framework; None on the map."""
        reading, screen = self._one.reading, self._lesson
        if screen is None or reading.lesson is None or reading.document is None:
            return None
        view = screen.view
        return Subject(reading.document, reading.lesson, view.number - 1, view.framework)

    def action_author(self) -> None:
        """Show the author's view, or take it away."""
        if isinstance(self.screen, AuthorScreen):
            self.screen.dismiss()
        elif self.screen is self._lesson and (subject := self._subject()) is not None:
            key = keys.shown(keys.keys_of(ACTIONS[0], self.keymap).split(",")[0])
            self.push_screen(AuthorScreen(subject, self._runner, key))

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The author's view is of a step: there is none of the map."""
        if action == "author":
            screen = self.screen_stack[-1] if self.screen_stack else None
            return isinstance(screen, AuthorScreen) or screen is self._lesson is not None
        return super().check_action(action, parameters)

    def action_help(self) -> None:
        """Show every key, the author's first."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.keymap, [("Author", ACTIONS)]))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The learner's actions, and the author's."""
        yield from super().get_system_commands(screen)
        for action in ACTIONS:
            key = keys.shown(keys.keys_of(action, self.keymap))
            run = getattr(self, f"action_{action.action}")
            yield SystemCommand(action.title, f"{action.help} ({key})", run)
