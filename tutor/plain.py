"""The line-by-line mode, for screen readers and terminals that cannot be painted on.

Everything is printed once, top to bottom; nothing moves. It drives the same session as the TUI.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import os
import shlex
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Collection, Generator
from pathlib import Path

from tutor.course.models import FRAMEWORKS, FrameworkName
from tutor.errors import CourseError, FwtutorError, UsageError, nearest
from tutor.grading.verdict import Verdict
from tutor.headless import describe, find_step, say
from tutor.runtime.job import Printed, Shown
from tutor.session import Draft, Measured, Session, StepRef, StepView, SubmitEvent, Waiting
from tutor.ui.names import framework as title_of
from tutor.views.gather import gather
from tutor.views.model import View

HIGHEST = 40
"""Lines of a view; what is cut is said."""

HELP = """\
Commands, each on a line of its own:
  :next  :prev         the step after, the step before; Enter alone goes on once you have passed
  :hint                one more hint
  :solution            the author's program, after a try
  :compare             once you have passed, the same exercise in every framework
  :run                 run the code without being graded
  :edit                write the answer in your editor ($VISUAL or $EDITOR)
  :draft               read back what you have typed
  :framework NAME      torch, tensorflow, jax or numpy
  :show                the step again
  :list                every lesson on your way (also :home)
  :path [ID]           the paths through the course; with a name, take that one (or all)
  :place               a few questions of each lesson: skip what you know
  :go LESSON[/STEP]    go there
  :quit                leave; everything is saved
Code may take several lines; a line with a single full stop ends it and submits it."""

COMMANDS = (*(word for word in HELP.split() if word.startswith(":")), ":home", ":help")


def run_plain(session: Session, ref: StepRef | None, framework: FrameworkName | None) -> int:
    """Run the line-by-line mode until the learner leaves; closes the session."""
    return asyncio.run(_Plain(session).run(ref, framework))


class _Plain:
    """One learner at one step at a time."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lines = Lines(sys.stdin.fileno())
        self._view: StepView
        self._passed = False
        """Whether Enter alone may go on: a reading step, or one passed just now."""
        self._preparing: asyncio.Task[str] | None = None

    async def run(self, ref: StepRef | None, framework: FrameworkName | None) -> int:
        try:
            if self._session.notice:
                _print(self._session.notice)
            _print(f"{self._session.catalogue.course.title}, line by line. :help for the commands.")
            await self._begin(ref, framework)
            await self._loop()
        finally:
            await self._stop_preparing()
            await self._session.close()
        _print("Saved. `fwtutor` brings you back here.")
        return 0

    async def _begin(self, ref: StepRef | None, framework: FrameworkName | None) -> None:
        where = self._session.where()
        if ref is None and where is not None and self._session.way.leads_to(where[0]):
            ref, framework = where[0], framework or self._session.preferred_framework()
        start = ref or self._session.next_step()
        if start is None:
            raise CourseError(self._session.catalogue.findings)
        await self._go(start, framework)

    async def _loop(self) -> None:
        while True:
            _print(self._invitation(), end="")
            line = await self._lines.read()
            if line is None:
                _print("")
                return
            try:
                if line.strip() in {":quit", ":q"}:
                    return
                if line.startswith(":"):
                    await self._command(*line.strip().partition(" ")[::2])
                else:
                    await self._answer(line)
            except FwtutorError as error:
                _print(str(error))

    def _invitation(self) -> str:
        if self._view.kind == "read":
            return "\nEnter to go on> "
        if self._view.kind == "code":
            return "\ncode, then a line with a single .> "
        return "\nanswer> "

    # --- going places

    async def _go(self, ref: StepRef, framework: FrameworkName | None) -> None:
        view = self._session.step_view(ref, framework)
        if framework is not None and view.framework != framework:
            _print(f"This step is not offered in {title_of(framework)}.")
        await self._stop_preparing()
        self._view = view
        self._passed = view.kind == "read"
        self._session.save_place(ref, view.framework)
        _print(self._described())
        self._preparing = asyncio.create_task(self._session.prepare(ref, view.framework))

    async def _stop_preparing(self) -> None:
        if self._preparing is None:
            return
        self._preparing.cancel()
        # What could not be prepared is said when the learner submits.
        with contextlib.suppress(asyncio.CancelledError, FwtutorError):
            await self._preparing
        self._preparing = None

    def _described(self) -> str:
        text = "\n" + "\n".join(describe(self._view))
        draft = self._draft()
        if draft is not None and draft.text.strip():
            count = len(draft.text.splitlines())
            text += f"\n\nYou have a draft of {count} {'line' if count == 1 else 'lines'}: "
            text += ":draft reads it, :edit opens it"
            text += ", a single . submits it." if self._is_code else "."
        return text

    async def _step(self, by: int) -> None:
        """Go to the step before or after, across lessons."""
        session, here = self._session, self._view.ref
        steps = self._steps(on_the_way=session.way.leads_to(here))
        index = steps.index(here) + by
        if 0 <= index < len(steps):
            await self._go(steps[index], self._view.framework)
        else:
            _print("This is the last step." if by > 0 else "This is the first step.")

    def _steps(self, *, on_the_way: bool) -> list[StepRef]:
        """The steps of the path, or of the whole course, in order."""
        session = self._session
        if on_the_way and session.way.path is not None:
            stages = session.way.stages.values()
            return [StepRef(stage.lesson, step) for stage in stages for step in stage.steps]
        lessons = session.catalogue.lessons.values()
        return [StepRef(lesson.id, step.id) for lesson in lessons for step in lesson.steps]

    def _list(self) -> str:
        here = self._view.ref.lesson
        path = self._session.way.path
        rows: list[str] = [f"{path.title}:"] if path is not None else []
        standings = self._session.standings()
        for name in self._session.way.lessons:
            lesson, standing = self._session.catalogue.lessons[name], standings[name]
            passed = f"{standing.done} of {len(standing.exercises)} passed"
            passed = "known" if standing.known else passed
            mark = ", you are here" if lesson.id == here else ""
            rows.append(f"{lesson.id}: {lesson.title}, {passed}{mark}")
        following = f"Next to do: {self._session.next_step()}. :go LESSON goes to one."
        return "\n".join((*rows, following))

    # --- commands

    async def _command(self, name: str, rest: str) -> None:
        ref, framework = self._view.ref, self._view.framework
        if (text := self._told(name)) is not None:
            _print(text)
        elif name == ":next":
            await self._step(1)
        elif name == ":prev":
            await self._step(-1)
        elif name == ":framework":
            await self._go(ref, _framework_named(rest.strip()))
        elif name == ":go":
            await self._go(self._named(rest.strip()), framework)
        elif name == ":run":
            await self._run()
        elif name == ":path":
            await self._path(rest.strip())
        elif name == ":place":
            await self._place()
        elif name == ":compare":
            from tutor.side_by_side import lines, whole

            _print("\n".join(lines(await whole(self._session, ref, framework))))
        elif name == ":edit":
            await self._edit()
        else:
            raise UsageError(f"`{name}` is not a command.{nearest(name, COMMANDS)} Try :help.")

    async def _path(self, name: str) -> None:
        """List the paths, or take one and go to what is next on it."""
        from tutor.path_commands import chosen_words, listing

        if not name:
            paths = self._session.paths()
            _print("\n".join(listing(paths)) if paths else "This course has no paths.")
            return
        self._session.choose_path(name)
        _print("\n".join(chosen_words(self._session)))
        await self._on()

    async def _place(self) -> None:
        """Take the placement test, and go to what is next."""
        from tutor.path_commands import take

        async def ask(invitation: str) -> str | None:
            _print(invitation, end="")
            return await self._lines.read()

        await self._stop_preparing()
        _print("\n".join(await take(self._session, self._session.placement(), ask)))
        await self._on()

    async def _on(self) -> None:
        """Go to what is next on the way."""
        following = self._session.next_step()
        if following is not None:
            await self._go(following, self._session.preferred_framework())

    def _told(self, name: str) -> str | None:
        """Return what a command that only tells something has to say; None for any other."""
        ref, framework = self._view.ref, self._view.framework
        if name == ":hint":
            hint = self._session.hint(ref, framework)
            return f"Hint {hint.number} of {hint.of}: {hint.text}"
        if name == ":solution":
            return self._session.solution(ref, framework)
        if name == ":draft":
            draft = self._draft()
            return draft.text if draft else "There is no draft here."
        if name in {":list", ":home"}:
            return self._list()
        if name == ":show":
            return self._described()
        return HELP if name == ":help" else None

    def _named(self, name: str) -> StepRef:
        if "/" in name:
            return find_step(self._session, name, None).ref
        self._session.lesson(name)  # raises, with the nearest name, or with the file's faults
        return StepRef(name, self._session.catalogue.lessons[name].steps[0].id)

    async def _edit(self) -> None:
        before = self._code()
        after = await edit(before, suffix=".py" if self._is_code else ".txt")
        if after == before:
            _print("Nothing was changed.")
            return
        self._save(after)
        await self._submit(after)

    async def _run(self) -> None:
        if not self._view.runnable:
            raise UsageError("There is nothing to run in this step.")
        if not await self._may_run():
            return
        code = self._code() if self._is_code else ""
        verdict, views = await self._follow(
            self._session.run(self._view.ref, self._view.framework, code)
        )
        # Nothing was judged, so "passed" would say too much.
        ended = verdict.verdict == "pass" and not verdict.message
        _print("It ran to its end." if ended else "\n".join(say(verdict)))
        _tell(views)

    # --- answers

    async def _answer(self, line: str) -> None:
        if self._view.kind == "read" or (self._passed and not line.strip()):
            await self._step(1)
        elif not self._is_code:
            if not line.strip() and self._view.kind != "measure":
                raise UsageError("Type an answer, or :hint, :next, :help.")
            self._save(line)
            await self._submit(line)
        elif line.strip() == ".":
            await self._submit(self._code())
        elif line.strip():
            text = await self._typed(line)
            if text is not None:
                await self._submit(text)

    async def _typed(self, first: str) -> str | None:
        """Read the rest of a program, saving each line as it comes; None at the end of input."""
        text = first + "\n"
        self._save(text)
        while (line := await self._lines.read()) is not None:
            if line.strip() == ".":
                return text
            text += line + "\n"
            self._save(text)
        return None

    async def _may_run(self) -> bool:
        """Ask once about a course that did not come with fwtutor."""
        question = self._session.trust_question
        if not question:
            return True
        _print(f"{question}\n\nLet it run? y or n> ", end="")
        if (await self._lines.read() or "").strip().lower() not in {"y", "yes"}:
            _print("Nothing was run. You can read on; you are asked again when you answer.")
            return False
        try:
            self._session.trust()
        except FwtutorError as error:  # it may run now; that cannot be remembered
            _print(str(error))
        return True

    async def _submit(self, answer: str) -> None:
        if not await self._may_run():
            return
        verdict, views = await self._follow(
            self._session.submit(self._view.ref, self._view.framework, answer)
        )
        _print("\n".join(say(verdict)))
        _tell(views)
        if verdict.verdict == "pass":
            self._passed = True
            _print("Enter goes on.")
        elif verdict.verdict == "fail" and self._view.hints:
            _print(":hint gives a hint; or answer again.")

    async def _follow(self, events: AsyncIterator[SubmitEvent]) -> tuple[Verdict, list[View]]:
        """Print what happens, and let Ctrl+C stop the run instead of the tutor.

        The views are for after the verdict, which is what was asked for.
        """
        verdict: Verdict | None = None
        views: dict[str, View] = {}
        with self._interrupt_stops_run():
            async for event in events:
                if isinstance(event, Verdict):
                    verdict = event
                elif isinstance(event, Printed):
                    _print(event.text, end="")
                elif isinstance(event, Waiting):
                    _print(f"{event.what} …")
                elif isinstance(event, Measured):
                    _tell([event.bars])
                elif isinstance(event, Shown):
                    gather(views, event.view, more=event.more)
        assert verdict is not None, "a run ends with a verdict"
        return verdict, list(views.values())

    @contextlib.contextmanager
    def _interrupt_stops_run(self) -> Generator[None]:
        loop = asyncio.get_running_loop()
        stopping: list[asyncio.Task[None]] = []

        def stop() -> None:
            stopping.append(loop.create_task(self._session.stop()))

        before = signal.getsignal(signal.SIGINT)
        loop.add_signal_handler(signal.SIGINT, stop)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            signal.signal(signal.SIGINT, before)

    # --- drafts

    @property
    def _is_code(self) -> bool:
        return self._view.kind == "code"

    def _draft(self) -> Draft | None:
        return self._session.draft(self._view.ref, self._view.framework)

    def _code(self) -> str:
        draft = self._draft()
        return draft.text if draft and draft.text.strip() else self._view.starter

    def _save(self, text: str) -> None:
        row = text.count("\n")
        try:
            self._session.save_draft(self._view.ref, self._view.framework, Draft(text, row))
        except FwtutorError as error:  # the record says once that it cannot be written; go on
            _print(str(error))


def _framework_named(name: str) -> FrameworkName:
    for known in FRAMEWORKS:
        if name.lower() in {known, title_of(known).lower()}:
            return known
    raise UsageError(
        f"`{name}` is not a framework; choose {', '.join(FRAMEWORKS)}.{nearest(name, FRAMEWORKS)}"
    )


def _tell(views: Collection[View]) -> None:
    """Print views in words and numbers, as a screen reader can read them."""
    from tutor.views import text

    for view in views:
        _print("\n".join(["", *text.titled(view, height=HIGHEST, drawn=False)]))
    if views:
        _print("")


def _print(text: str, end: str = "\n") -> None:
    print(text, end=end, flush=True)


async def edit(text: str, suffix: str) -> str:
    """Open a text in the learner's editor and return what they left.

    Raises:
        UsageError: There is no editor, or it failed.
    """
    words = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory(prefix="fwtutor-") as folder:
        file = Path(folder) / f"answer{suffix}"
        file.write_text(text, encoding="utf-8")
        try:
            editor = await asyncio.create_subprocess_exec(*words, str(file))
        except OSError as error:
            raise UsageError(
                f"The editor `{words[0]}` cannot be started ({error.strerror}); set EDITOR."
            ) from None
        status = await editor.wait()
        if status != 0:
            raise UsageError(
                f"The editor `{words[0]}` ended with status {status}; nothing changed."
            )
        return file.read_text(encoding="utf-8", errors="replace")


class Lines:
    """Lines from a file descriptor, read without holding up the event loop.

    A thread blocked in `input()` could not be ended by Ctrl+C, so the descriptor is watched.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._buffer = ""
        self._ended = False

    async def read(self) -> str | None:
        """Return the next line without its end; None at the end of input."""
        while "\n" not in self._buffer and not self._ended:
            await self._readable()
            try:
                data = os.read(self._descriptor, 65536)
            except OSError:  # EIO: the terminal is gone
                data = b""
            self._ended = not data
            self._buffer += self._decoder.decode(data, final=self._ended)
        if not self._buffer:
            return None
        line, _, self._buffer = self._buffer.partition("\n")
        return line.removesuffix("\r")

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        try:
            loop.add_reader(self._descriptor, ready.set)
        except (PermissionError, NotImplementedError):  # a regular file is always readable
            return
        try:
            await ready.wait()
        finally:
            loop.remove_reader(self._descriptor)
