"""A lesson, one step at a time: prose, the answer, and what came of it."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll

from tutor.errors import FwtutorError
from tutor.session import Draft, Hint, StepRef, StepView
from tutor.ui import keys, messages, names
from tutor.ui.screens.lesson_views import LessonViews
from tutor.ui.widgets.answers import make_answer
from tutor.ui.widgets.keybar import KeyBar
from tutor.ui.widgets.page import Page, page_blocks, source_blocks
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.results import Results
from tutor.ui.widgets.statusbar import StatusBar
from tutor.ui.widgets.stepstrip import StepStrip, StripItem

if TYPE_CHECKING:
    from textual.app import SystemCommand
    from textual.timer import Timer
    from textual.widget import Widget

    from tutor.course.models import FrameworkName
    from tutor.session import Session

PREPARE_DELAY = 0.2
"""Seconds on a step before its worker is warmed: paging through a lesson warms nothing."""


class LessonScreen(LessonViews):
    """Shows the steps of one lesson."""

    CSS_PATH = "../styles/lesson.tcss"
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [
        (0, "-one-column"),
        (120, "-two-columns"),
    ]
    VERTICAL_BREAKPOINTS = [
        (0, "-low"),
        (20, "-high"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings(keys.LESSON),
        Binding("ctrl+up", "scroll_page(-1)", "Scroll the text up", show=False, id="text-up"),
        Binding("ctrl+down", "scroll_page(1)", "Scroll the text down", show=False, id="text-down"),
    ]

    def __init__(
        self,
        session: Session,
        ref: StepRef,
        framework: FrameworkName | None = None,
        keymap: Mapping[str, str] | None = None,
    ) -> None:
        """Open the lesson at a step, in a framework (else the learner's last).

        Raises:
            FwtutorError: The lesson cannot be read, or has no such step.
        """
        super().__init__(session, keymap or {})
        if framework is None:
            offered = session.catalogue.lessons[ref.lesson].frameworks
            framework = session.preferred_framework(offered) or session.step_view(ref).framework
        self._framework: FrameworkName = framework
        """The learner's own. A step that is not offered in it comes in another; it stays."""
        self._view = session.step_view(ref, framework)
        self._views = self._views_with(self._view)
        info = session.catalogue.lessons[ref.lesson]
        self._title = info.title
        self._offered = info.frameworks
        """The frameworks that the lesson is taught in."""
        self._hints: list[Hint] = []
        self._is_passed = False
        """Whether the step was passed in the framework it is shown in."""
        self._is_done = False
        """Whether it was in any framework that counts."""
        self._has_blank = False
        """Whether there is a blank in the code, which the footer then offers to go to."""
        self._preparing: Timer | None = None
        self._turning = asyncio.Lock()
        """Held while one step gives way to another, which awaits: two quick keys turn two pages."""

    def _views_with(self, view: StepView) -> tuple[StepView, ...]:
        """The lesson's steps in the learner's framework; in the step's, if it has none there."""
        lesson, step = view.ref.lesson, view.ref.step
        views = self._session.step_views(lesson, self._framework, step)
        if any(other.ref == view.ref for other in views):
            return views
        return self._session.step_views(lesson, view.framework, step)

    @property
    def _place(self) -> int:
        """Where the step on the screen is among the steps, from 0."""
        return next(i for i, other in enumerate(self._views) if other.ref == self._view.ref)

    # What is shown

    def compose(self) -> ComposeResult:
        """Strip, text, answer, results, bar and keys."""
        view = self._view
        draft = self._session.draft(view.ref, view.framework)
        self.set_class(True, f"-{view.kind}")
        yield StepStrip(id="strip")
        with Container(id="body"):
            with Page(id="page"):
                yield Prose(page_blocks(view, self._keymap), id="prose")
            with Vertical(id="work"):
                with VerticalScroll(id="answer", can_focus=False):
                    control = make_answer(view, draft)
                    if control is not None:
                        yield control
                yield Results(id="results")
        yield StatusBar(id="status")
        yield KeyBar()

    def on_mount(self) -> None:
        """The first step is composed; now it is arrived at."""
        self._arrive()

    async def _turn_to(self, view: StepView) -> None:
        """Turn to a step (or to the same in another framework)."""
        self._drafts.flush()
        self._abandon_run()
        for step_kind in names.KINDS:
            self.set_class(step_kind == view.kind, f"-{step_kind}")
        self._view = view
        draft = self._session.draft(view.ref, view.framework)
        self._drafts.forget()
        place = self.query_one("#answer")
        await place.remove_children()
        control = make_answer(view, draft)
        if control is not None:
            await place.mount(control)
        self.query_one(Results).clear()
        self.query_one("#prose", Prose).show(page_blocks(view, self._keymap))
        self.query_one(Page).open_at_top()
        self._arrive()

    def _arrive(self) -> None:
        """What both the first step and a later one need once they are on the screen."""
        view = self._view
        self._drafts.follow(view.ref, view.framework)
        try:
            self._session.save_place(view.ref, self._framework)
        except FwtutorError as error:
            self.notify(str(error), title="Not saved", severity="error", markup=False)
        try:
            self._recall()
        except FwtutorError as error:  # its file was changed, and has a fault now
            self.query_one(Results).show_sentence(str(error))
        self._show_framework()
        self._focus_answer()
        self._look_for_blanks()
        self.refresh_bindings()
        self._prepare_soon()

    def _recall(self) -> None:
        """Show what the learner had of this step: hints, measurements, the explanation."""
        view = self._view
        shown = self._session.hints_shown(view.ref, view.framework)
        self._hints = [Hint(text, number, view.hints) for number, text in enumerate(shown, start=1)]
        if view in self._measured:
            self.query_one(Results).show_measured(self._measured[view])
        if self.shows:
            self._show_views()
        self._show_standing()
        if self._is_passed:
            explanation = self._session.explanation(view.ref, view.framework)
            self.query_one(Results).show_earlier(explanation, source_blocks(view))
        elif self._hints:
            self.query_one(Results).show_hints(self._hints)

    def _look_for_blanks(self) -> None:
        editor = self._editor()
        has_blank = editor is not None and editor.has_blank
        if has_blank is not self._has_blank:
            self._has_blank = has_blank
            self.refresh_bindings()

    def _prepare_soon(self) -> None:
        if self._preparing is not None:
            self._preparing.stop()
        self._preparing = self.set_timer(PREPARE_DELAY, self._prepare, name="prepare")

    def _show_framework(self) -> None:
        view = self._view
        others = [names.framework(name) for name in self._offered if name != view.framework]
        key = keys.shown(keys.key_of("framework", self._keymap))
        self.query_one(StatusBar).framework = names.framework(view.framework) + (
            f" ({key}: {', '.join(others)})" if others else ""
        )

    def _show_standing(self) -> None:
        view = self._view
        standing = self._session.standing(view.ref.lesson)
        passed = standing.passed_steps
        items: list[StripItem] = []
        for number, other in enumerate(self._views, start=1):
            step = other.ref.step
            if step in passed:
                state = "pass"
            elif step in self._failed:
                state = "fail"
            elif step in standing.seen:
                state = "seen" if other.kind == "read" else "skip"
            else:
                state = "new"
            items.append(StripItem(number, state, current=step == view.ref.step))
        # The step first: at 80 columns there is often no room for both.
        title = f"Step {self._place + 1}/{len(self._views)} {view.title} · {self._title}"
        self.query_one(StepStrip).show(title, items)
        before = self._is_passed, self._is_done
        self._is_passed = (view.ref.step, view.framework) in standing.passed
        self._is_done = view.ref.step in passed
        if before != (self._is_passed, self._is_done):
            self.refresh_bindings()

    def _focus_answer(self) -> None:
        control = self._control()
        target: Widget = self.query_one(Page) if control is None else control
        # Not `target.focus()`, which happens later: a key typed meanwhile would be lost.
        self.set_focus(target, scroll_visible=False)

    def save(self) -> None:
        """Save what is typed, now."""
        self._drafts.flush()

    # When the lesson's file changes

    @property
    def view(self) -> StepView:
        """The step on the screen."""
        return self._view

    async def reload(self) -> None:
        """Show the lesson anew: the same step by id, else by place, with what is typed.

        Only what differs is put on the screen; a run goes on unless its step differs.
        """
        async with self._turning:
            info = self._session.catalogue.lessons[self._view.ref.lesson]
            self._title, self._offered = info.title, info.frameworks
            self._drafts.flush()
            before, place = self._view, self._place
            self._views = self._views_anew()
            same = next((view for view in self._views if view.ref == before.ref), None)
            after = same or self._views[min(place, len(self._views) - 1)]
            if before.kind != after.kind or before.framework != after.framework:
                await self._turn_to(after)
                return
            if after != before:
                await self._update_to(after)
            self._reload_hints()
            self._show_standing()
            self._show_framework()
            self.refresh_bindings()
            self._prepare_soon()

    def _views_anew(self) -> tuple[StepView, ...]:
        """The steps as they are now, in the framework that has the step on the screen."""
        lesson, step = self._view.ref.lesson, self._view.ref
        ways = [
            self._session.step_views(lesson, name, step.step)
            for name in (self._framework, self._view.framework)
        ]
        for views in ways:
            if any(view.ref == step for view in views):
                return views
        if ways[0]:
            return ways[0]
        steps = self._session.catalogue.lessons[lesson].steps
        return tuple(self._session.step_view(StepRef(lesson, other.id)) for other in steps)

    async def _update_to(self, after: StepView) -> None:
        """Show another version of the step, of the same kind and framework, with what is typed."""
        before = self._view
        self._abandon_run()
        self._drafts.forget()
        kept = self._session.draft(before.ref, before.framework)
        if kept is not None and after.ref != before.ref:
            self._session.save_draft(after.ref, after.framework, kept)
        self._view = after
        with self.app.batch_update():
            if (editor := self._editor()) is not None:
                if kept is None and editor.text != after.starter:
                    editor.restore(Draft(after.starter, *editor.cursor_location))
                elif kept is not None and editor.text != kept.text:
                    editor.restore(kept)
            elif _control_of(before) != _control_of(after):
                where = self.query_one("#answer")
                focused = self.focused is self._control()
                await where.remove_children()
                control = make_answer(after, kept)
                if control is not None:
                    await where.mount(control)
                    if focused:
                        self.set_focus(control, scroll_visible=False)
            self.query_one("#prose", Prose).show(page_blocks(after, self._keymap))
        self._drafts.follow(after.ref, after.framework)
        if after.ref != before.ref:
            self._session.save_place(after.ref, self._framework)

    def _reload_hints(self) -> None:
        view = self._view
        texts = self._session.hints_shown(view.ref, view.framework)
        hints = [Hint(text, number, view.hints) for number, text in enumerate(texts, start=1)]
        if hints != self._hints:
            self._hints = hints
            self.query_one(Results).show_hints(hints)

    # Keys

    @property
    def key_words(self) -> dict[str, str]:
        """What keys are called in the footer when their usual word would mislead; empty: left out.

        F7 where there is nothing to try, F6 where there is nothing to look at, and F4 in a lesson
        for one framework are not offered, but say so. After a pass F3 compares, which the footer
        says then, and no hint is needed. Where there are blanks to fill in, the editor's key for
        the next one is worth knowing.
        """
        words = {"check": "Run"} if self._view.kind == "read" else {}
        if self.running:
            words["check"] = ""  # it says that something runs
        if not self._goes_on:
            words["turn_page"] = "Answer"
        if self._has_blank:
            words["next_blank"] = "Blank"
        if self._is_passed and self._view.has_others:
            words |= {"solution": "Compare", "hint": ""}
        if not self.shows:
            words["look"] = ""
        if len(self._offered) < 2:
            words["framework"] = ""
        return words if self._view.kind == "code" else {**words, "try": ""}

    def check_action(
        self,
        action: str,
        parameters: tuple[object, ...],
    ) -> bool | None:
        """Keys that mean nothing on this step are neither shown nor taken."""
        view = self._view
        match action:
            case "stop":
                return self.running
            case "check":
                return view.kind != "read" or view.runnable
            case "try":
                return not self.running
            case "editor":
                return view.kind == "code"
            case "hint":
                return view.hints > 0
            case "solution" | "reset":
                return view.kind != "read"
            case "previous":
                return self._place > 0
            case _:
                return True

    async def action_next(self) -> None:
        """The next step; after the last, the map."""
        async with self._turning:
            following = self._place + 1
            if following < len(self._views):
                await self._turn_to(self._views[following])
                return
        standing = self._session.standing(self._view.ref.lesson)
        done = f"{standing.done} of {len(standing.exercises)} exercises done."
        self.save()
        words = f"That was the last step of “{self._title}”: {done}"
        self.post_message(messages.StepWanted(None, words))

    async def action_previous(self) -> None:
        """The step before."""
        async with self._turning:
            if self._place > 0:
                await self._turn_to(self._views[self._place - 1])

    async def action_framework(self) -> None:
        """The same step in the next framework, which becomes the learner's own.

        A step for one framework has its twin for another near by: it is gone to.
        """
        async with self._turning:
            view = self._view
            if len(self._offered) < 2:
                words = f"This lesson is for {names.framework(view.framework)} only."
                self.query_one(Results).show_reminder(words)
                return
            now = self._offered.index(view.framework) if view.framework in self._offered else -1
            following = self._offered[(now + 1) % len(self._offered)]
            try:
                self._views = self._session.step_views(view.ref.lesson, following, view.ref.step)
            except FwtutorError as error:  # its file was changed, and has a fault now
                self.query_one(Results).show_sentence(str(error))
                return
            self._framework = following
            same = (other for other in self._views if other.ref == view.ref)
            twin = min(
                self._views,
                key=lambda other: (
                    view.framework in other.frameworks,
                    abs(other.number - view.number),
                ),
            )
            found = next(same, twin)
            await self._turn_to(found)
            if found.ref != view.ref:
                words = f"“{view.title}” is not for {names.framework(following)}: this is the"
                self.query_one(Results).show_reminder(f"{words} nearest step that is.")

    def action_home(self) -> None:
        """Back to the map."""
        self.save()
        self.post_message(messages.StepWanted(None))

    def action_hint(self) -> None:
        """Show one more hint."""
        try:
            hint = self._session.hint(self._view.ref, self._view.framework)
        except FwtutorError as error:
            self.notify(str(error), markup=False)
            return
        no_more = any(known.number == hint.number for known in self._hints)
        if not no_more:
            self._hints.append(hint)
        self.query_one(Results).show_hints(self._hints, no_more=no_more)

    @work(exclusive=True, group="solution", exit_on_error=False)
    async def action_solution(self) -> None:
        """Show the author's solution, if it may be shown yet; once passed, every framework's."""
        view = self._view
        passed = self._session.standing(view.ref.lesson).passed
        if (view.ref.step, view.framework) in passed and view.has_others:
            from tutor.ui.screens.beside import BesideScreen

            if not await self.app.push_screen_wait(BesideScreen(self._session, view)):
                return
        try:
            solution = self._session.solution(view.ref, view.framework)
        except FwtutorError as error:
            self.query_one(Results).show_reminder(str(error))
            return
        from tutor.ui.screens.solution import SolutionScreen

        editor = self._editor()
        mine = editor is not None
        wanted = await self.app.push_screen_wait(SolutionScreen(view, solution, replaceable=mine))
        if wanted and editor is not None and view is self._view:
            editor.replace(solution, editor.document.start, editor.document.end)
            editor.focus()

    @work(exclusive=True, group="reset", exit_on_error=False)
    async def action_reset(self) -> None:
        """Forget this step's answer, attempts and hints, after asking."""
        from tutor.ui.screens.confirm import ConfirmScreen

        view = self._view
        question = (
            f"Start “{view.title}” over? Your answer, attempts and hints for it are forgotten."
        )
        if not await self.app.push_screen_wait(ConfirmScreen(question)):
            return
        self._drafts.flush()
        try:
            self._session.reset(view.ref.lesson, view.ref.step)
        except FwtutorError as error:
            self.query_one(Results).show_sentence(str(error))
            return
        self._failed.discard(view.ref.step)
        # What is typed must not be saved again on the way out of the step.
        self._drafts.forget()
        async with self._turning:
            await self._turn_to(view)

    def action_editor(self) -> None:
        """Edit the code in $EDITOR."""
        if (editor := self._editor()) is not None:
            self.save()
            editor.edit_externally()

    def editor_commands(self) -> Iterable[SystemCommand]:
        """What the palette offers of the editor's own, on a step that has one."""
        editor = self._editor()
        return editor.system_commands() if editor is not None else ()

    def action_saved(self) -> None:
        """Answer the reflex of Ctrl+S."""
        self.save()
        self.query_one(StatusBar).say("Saved, as everything is while you type")

    def action_scroll_page(self, by: int) -> None:
        """Scroll the text while the answer keeps the focus."""
        page = self.query_one(Page)
        page.scroll_relative(y=by * max(page.size.height - 1, 1), animate=False)

    @work(exclusive=True, group="prepare", exit_on_error=False)
    async def _prepare(self) -> None:
        """Warm a worker for this step, so that a run does not wait; say if it cannot run here."""
        view = self._view
        lacking = await self._session.prepare(view.ref, view.framework)
        results = self.query_one(Results)
        if lacking and view is self._view and not self.running and not results.judged:
            results.show_reminder(f"{lacking} Any answer is marked as skipped.")
        status = self.query_one(StatusBar)
        for host in await self._session.hosts():
            if host.framework == view.framework and host.devices and view is self._view:
                status.here = host.machine == platform.node()
                status.device = host.devices[0]

    # What the answer says

    @on(messages.AnswerChanged)
    def _on_answer_changed(self) -> None:
        self._drafts.changed()
        self._share_rows()
        self._look_for_blanks()

    @on(messages.AnswerSubmitted)
    def _on_answer_submitted(self) -> None:
        self._check()

    @on(messages.PageTurned)
    async def _on_page_turned(self) -> None:
        """Enter on the text goes to the answer; with none, or a right one, to the next step."""
        control = self._control()
        if control is None or self._goes_on:
            await self.action_next()
        else:
            control.focus()

    @property
    def _goes_on(self) -> bool:
        """Whether Enter on the text goes to the next step, and not to an answer to be given."""
        return self._view.kind == "read" or (self._is_done and not self.running)


def _control_of(view: StepView) -> tuple[object, ...]:
    """What the answer's control is made from, for a step without an editor."""
    return view.form, view.options, view.several, view.lines
