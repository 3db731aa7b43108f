"""The commands without a screen: list, show, check, progress, reset.

Each takes an open session, prints for a person or (``as_json``) one JSON object, closes what it
opened, and returns the exit status.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from tutor.course.models import FrameworkName
from tutor.errors import UsageError
from tutor.grading.verdict import Verdict
from tutor.runtime.job import Printed, Shown
from tutor.session import Measured, Session, Standing, StepRef, StepView, SubmitEvent, Waiting
from tutor.ui.names import count, seconds
from tutor.ui.names import framework as title_of
from tutor.views.gather import gather
from tutor.views.model import Bars, View

EXIT_STATUS = {"pass": 0, "fail": 1, "unchecked": 3, "skipped": 4}
"""Per verdict."""

MARKS = {
    "pass": "✓ Passed",
    "fail": "✗ Not yet",
    "unchecked": "? Not checked",
    "skipped": "- Skipped",
}
"""Per verdict, in words as well as signs."""


WIDEST = 140
"""Columns of a view: a wider one has its numbers far from their labels."""
HIGHEST = 60
"""Lines of a view; what is cut is said, and `--json` has all of it."""


def _utf8() -> bool:
    """Whether stdout can take every character."""
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def emit(value: Mapping[str, Any]) -> None:
    """Print one JSON object on stdout."""
    print(json.dumps(value, ensure_ascii=not _utf8(), indent=2))


def find_step(session: Session, name: str, framework: FrameworkName | None) -> StepView:
    """Return the step that `LESSON/STEP` names, in a framework it is offered in.

    Raises:
        UsageError: There is no such lesson or step, or it is not offered in that framework.
        CourseError: The lesson's file has faults.
    """
    lesson, _, step = name.partition("/")
    session.lesson(lesson)  # raises, with the nearest name, or with the file's faults
    if not step:
        steps = ", ".join(info.id for info in session.catalogue.lessons[lesson].steps)
        raise UsageError(f"`{name}` names no step; write {lesson}/STEP, with one of: {steps}.")
    view = session.step_view(StepRef(lesson, step), framework)
    if framework is not None and framework not in view.frameworks:
        raise UsageError(
            f"`{view.ref}` is not offered in {framework}; choose {' or '.join(view.frameworks)}."
        )
    return view


# --- list, show


def list_lessons(session: Session, *, as_json: bool) -> int:
    """Print every lesson on the learner's way with its steps there, then the names of the others.

    As data it is every lesson and step, whichever way was chosen.
    """
    with reading(session):
        way, lessons = session.way, session.catalogue.lessons
        if as_json:
            emit(_listed(session))
            return 0
        if way.path is not None:
            print(f"{way.path.title}\n")
        track = ""
        for name in way.lessons:
            if lessons[name].track != track:
                track = lessons[name].track
                print(f"{_track_title(session, track)}\n")
            _print_lesson(session, name)
        others = [name for name in lessons if name not in set(way.lessons)]
        if others:
            print(f"{count(len(others), 'lesson')} off this path: {', '.join(others)}")
        return 0


def _listed(session: Session) -> dict[str, Any]:
    way = session.way
    on_way = set(way.lessons)
    return {
        "path": way.path.id if way.path is not None else None,
        "lessons": [
            {
                "id": lesson.id,
                "title": lesson.title,
                "track": lesson.track,
                "on_path": lesson.id in on_way,
                "steps": [
                    {"id": step.id, "kind": step.kind, "frameworks": list(step.frameworks)}
                    for step in lesson.steps
                ],
            }
            for lesson in session.catalogue.lessons.values()
        ],
    }


def _print_lesson(session: Session, name: str) -> None:
    """Print a lesson with those of its steps that are on the learner's way."""
    lesson, stage = session.catalogue.lessons[name], session.way.stages.get(name)
    if lesson.broken:
        print(f"  {name}: cannot be used: {lesson.broken[0]}\n")
        return
    minutes = stage.minutes if stage is not None else lesson.minutes
    print(f"  {name}: {lesson.title} ({minutes} min)")
    steps = [step for step in lesson.steps if session.way.leads_to(StepRef(name, step.id))]
    width = max((len(step.id) for step in steps), default=0)
    for step in steps:
        print(f"    {step.id:<{width}}  {step.kind:<7}  {' '.join(step.frameworks)}")
    print()


def _track_title(session: Session, track: str) -> str:
    return next((t.title for t in session.catalogue.course.tracks if t.id == track), track)


def show(session: Session, name: str, framework: FrameworkName | None, *, as_json: bool) -> int:
    """Print a step as the learner first sees it; never its solution."""
    with reading(session):
        view = find_step(session, name, framework)
        if as_json:
            emit(
                {
                    "lesson": view.ref.lesson,
                    "step": view.ref.step,
                    "kind": view.kind,
                    "number": view.number,
                    "title": view.title,
                    "framework": view.framework,
                    "frameworks": list(view.frameworks),
                    "prompt": view.prompt,
                    "setup": view.setup,
                    "given": view.given,
                    "starter": view.starter,
                    "task": view.task,
                    "form": view.form,
                    "options": list(view.options),
                    "several": view.several,
                    "lines": list(view.lines),
                    "unit": view.unit,
                    "hints": view.hints,
                    "sources": list(view.sources),
                }
            )
        else:
            print("\n".join(describe(view)))
        return 0


def describe(view: StepView) -> list[str]:
    """Return a step as lines of plain text."""
    others = [name for name in view.frameworks if name != view.framework]
    offered = f" (also in {', '.join(others)})" if others else ""
    lines = [
        f"{view.ref}: {view.title}",
        f"Step {view.number}, {view.kind}, in {title_of(view.framework)}{offered}",
        "",
        view.prompt.rstrip(),
    ]
    for heading, code in (
        ("Runs before your code:", view.setup),
        ("Given:", view.given),
        ("Starter:", view.starter),
    ):
        if code.strip():
            lines += [
                "",
                heading,
                "",
                *(f"    {line}".rstrip() for line in code.rstrip().split("\n")),
            ]
    if view.options:
        which = "one or several" if view.several else "one"
        lines += ["", f"Options (choose {which} by number):", ""]
        lines += _numbered(view.options)
    if view.lines:
        lines += ["", "Lines (put them in order by number; some may not belong):", ""]
        lines += _numbered(view.lines)
    if view.hints:
        lines += ["", f"{view.hints} {'hint' if view.hints == 1 else 'hints'}."]
    if view.sources:
        lines += ["", "The lesson ends here. To look things up:", ""]
        lines += [f"  {source}" for source in view.sources]
    return lines


def _numbered(items: tuple[str, ...]) -> list[str]:
    lines: list[str] = []
    for number, item in enumerate(items, 1):
        first, *rest = item.rstrip().split("\n")
        lines += [f"{number:>3}. {first}", *(f"     {line}" for line in rest)]
    return lines


# --- check


def read_answer(text: str | None, file: str | None, source: str | None) -> str:
    """Return the answer from the one place that the command line names.

    Raises:
        UsageError: None or several were named, or the file cannot be read.
    """
    if source not in (None, "-"):
        raise UsageError(
            f"`{source}` is not expected there; give --answer TEXT, --file PATH, or - for stdin."
        )
    if sum(given is not None for given in (text, file, source)) != 1:
        raise UsageError("Give the answer once: --answer TEXT, --file PATH, or - for stdin.")
    if text is not None:
        return text
    if file is not None:
        try:
            data = Path(file).read_bytes()
        except OSError as error:
            raise UsageError(f"{file} cannot be read: {error.strerror}.") from None
    else:
        file = "stdin"
        data = sys.stdin.buffer.read()
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"The answer in {file} is not UTF-8 text (byte {error.start}); save it as UTF-8."
        ) from None


def check(
    session: Session, name: str, framework: FrameworkName | None, answer: str, *, as_json: bool
) -> int:
    """Submit one answer, print the verdict, and return its exit status."""
    import asyncio

    return asyncio.run(_check(session, name, framework, answer, as_json=as_json))


async def _check(
    session: Session, name: str, framework: FrameworkName | None, answer: str, *, as_json: bool
) -> int:
    try:
        _notice(session)
        view = find_step(session, name, framework)
        if view.kind == "read":
            raise UsageError(f"`{view.ref}` is for reading; there is no answer to check.")
        output: list[str] = []
        verdict: Verdict | None = None
        views: dict[str, View] = {}
        measured: Bars | None = None
        async for event in session.submit(view.ref, view.framework, answer):
            match event:
                case Verdict():
                    verdict = event
                case Printed():
                    output.append(event.text)
                case Measured():
                    measured = event.bars
                    gather(views, measured)
                case Shown():
                    gather(views, event.view, more=event.more)
                case _:
                    pass
            if not as_json:
                _follow(event)
    finally:
        await session.close()
    assert verdict is not None, "submit ends with a verdict"
    if as_json:
        emit(_verdict_object(verdict, view.framework, "".join(output), views.values()))
    else:
        if output and not output[-1].endswith("\n"):
            print(file=sys.stderr)
        print("\n".join(say(verdict)))
        for shown in views.values():
            if shown is not measured:
                print("\n".join(["", *_as_text(shown)]))
    return EXIT_STATUS[verdict.verdict]


def _follow(event: SubmitEvent) -> None:
    """Print what comes before the verdict, as it comes."""
    match event:
        case Printed():
            print(event.text, end="", file=sys.stderr, flush=True)
        case Waiting() if sys.stderr.isatty():
            print(f"{event.what} …", file=sys.stderr, flush=True)
        case Measured():  # the verdict is about it
            print("\n".join(_as_text(event.bars)), flush=True)
        case _:
            pass


def _verdict_object(
    verdict: Verdict, framework: str, output: str, views: Iterable[View]
) -> dict[str, Any]:
    from tutor.views.jsonable import as_json

    return {
        "verdict": verdict.verdict,
        "message": verdict.message,
        "diagnosis": verdict.diagnosis,
        "framework": verdict.framework or framework,
        "device": verdict.device,
        "seconds": verdict.seconds,
        "checks": [
            {"label": check.label, "passed": check.passed, "message": check.message}
            for check in verdict.checks
        ],
        "output": output,
        "views": [as_json(view) for view in views],
    }


def _as_text(view: View) -> list[str]:
    """Return a view as lines below its caption, as wide as the terminal is."""
    from tutor.views import text

    width = text.WIDTH
    if sys.stdout.isatty():
        width = min(max(shutil.get_terminal_size().columns - 1, 40), WIDEST)
    return text.titled(view, width, height=HIGHEST, drawn=_utf8())


def say(verdict: Verdict) -> list[str]:
    """Return a verdict as lines of plain text."""
    lines = [MARKS[verdict.verdict]]
    if verdict.message:
        lines += [verdict.message.rstrip()]
    lines += [
        f"  {'✓ holds' if check.passed else '✗ fails'}: {check.label}"
        + (f": {check.message}" if check.message and check.message not in verdict.message else "")
        for check in verdict.checks
    ]
    if verdict.explain:
        lines += ["", verdict.explain.rstrip()]
    if verdict.device:
        took = seconds(verdict.seconds)
        lines += [f"({title_of(verdict.framework)} on {verdict.device}, {took})"]
    return lines


# --- progress, reset


def progress(session: Session, *, as_json: bool) -> int:
    """Print how far the learner is."""
    with reading(session):
        course = session.catalogue.course.course
        path = session.way.path
        attempts: dict[tuple[str, str], int] = {}
        for attempt in session.store.attempts(session.course):
            key = (attempt.lesson, attempt.step)
            attempts[key] = attempts.get(key, 0) + 1
        standings = session.standings()
        lessons = [
            _lesson_progress(session, lesson, standing, attempts)
            for lesson, standing in standings.items()
        ]
        where = session.where()
        step = session.next_step()
        following = str(step) if step else None
        if as_json:
            emit(
                {
                    "course": course,
                    "path": path.id if path is not None else None,
                    "where": {"step": str(where[0]), "framework": where[1]} if where else None,
                    "next": following,
                    "lessons": lessons,
                }
            )
            return 0
        if path is not None:
            print(f"{path.title}\n")
            taken = {lesson["id"]: lesson for lesson in lessons}
            lessons = [taken[lesson] for lesson in session.way.lessons]
        width = max((len(lesson["id"]) for lesson in lessons), default=0)
        for lesson in lessons:
            mark = "✓" if lesson["complete"] else " "
            words = "known" if lesson["known"] else "complete" if lesson["complete"] else ""
            print(
                f"{mark} {lesson['id']:<{width}}  {lesson['done']:>2} of {lesson['exercises']:>2}"
                f"  {words}".rstrip()
            )
        done = sum(cast("int", lesson["done"]) for lesson in lessons)
        total = sum(standings[cast("str", lesson["id"])].asked for lesson in lessons)
        print(f"\n{done} of {total} exercises passed.{f' Next: {following}' if following else ''}")
        return 0


def _lesson_progress(
    session: Session,
    lesson: str,
    standing: Standing,
    attempts: Mapping[tuple[str, str], int],
) -> dict[str, Any]:
    info = session.catalogue.lessons[lesson]
    return {
        "id": lesson,
        "title": info.title,
        "done": standing.done,
        "exercises": len(standing.exercises),
        "complete": standing.complete,
        "known": standing.known,
        "steps": [
            {
                "id": step.id,
                "kind": step.kind,
                "passed": sorted(name for done, name in standing.passed if done == step.id),
                "seen": step.id in standing.seen,
                "attempts": attempts.get((lesson, step.id), 0),
            }
            for step in info.steps
        ],
    }


def reset(session: Session, name: str | None, *, sure: bool, as_json: bool) -> int:
    """Forget what the learner did in the course, a lesson or a step."""
    with reading(session):
        lesson, _, step = (name or "").partition("/")
        if step:
            find_step(session, f"{lesson}/{step}", None)
        what = f"`{name}`" if name else "the whole course"
        # Someone at a keyboard may have meant one lesson; a script has said what it wants.
        if not name and not sure and not as_json and sys.stdin.isatty():
            print(f"Forget every draft, attempt and hint of {what}? [y/N] ", end="", flush=True)
            if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
                print("Nothing was forgotten.")
                return 0
        gone = session.reset(lesson or None, step or None)
        if as_json:
            emit({"forgotten": gone})
        else:
            print(f"Forgot {gone} {'entry' if gone == 1 else 'entries'} of {what}.")
        return 0


@contextlib.contextmanager
def reading(session: Session) -> Generator[None]:
    """Show the record's notice, and close the record afterwards; nothing else was opened."""
    try:
        _notice(session)
        yield
    finally:
        session.store.close()


def _notice(session: Session) -> None:
    if session.notice:
        print(f"fwtutor: {session.notice}", file=sys.stderr)
