"""The commands about the way through the course: `path`, and `place` line by line or as JSON."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from tutor.course.models import FrameworkName
from tutor.errors import FwtutorError, UsageError, nearest
from tutor.grading.verdict import Verdict
from tutor.headless import describe, emit, reading
from tutor.session import PathView, Session, StepRef, StepView
from tutor.session.placement import Placement
from tutor.ui import names

Ask = Callable[[str], Awaitable[str | None]]
"""Prints an invitation and returns the line typed; None at the end of input."""


# --- path


def path(session: Session, name: str | None, *, as_json: bool) -> int:
    """Choose a path, or list them; print where things stand."""
    with reading(session):
        if name is not None:
            session.choose_path(name)
        paths = session.paths()
        if as_json:
            chosen = next((each.id for each in paths if each.chosen), "all")
            emit({"chosen": chosen, "paths": [_as_object(each) for each in paths]})
        elif not paths:
            print("This course has no paths: it is taken whole.")
        elif name is not None:
            print("\n".join(chosen_words(session)))
        else:
            print("\n".join(listing(paths)))
            print("\n`fwtutor path ID` takes one, `fwtutor path all` the whole course.")
        return 0


def listing(paths: tuple[PathView, ...]) -> list[str]:
    """The paths as lines of plain text."""
    width = max(len(each.id) for each in paths)
    lines: list[str] = []
    for each in paths:
        mark = "✓" if each.chosen else " "
        size = f"{names.minutes(each.minutes)}, {each.done} of {each.exercises} exercises done"
        lines.append(f"{mark} {each.id:<{width}}  {each.title} ({size})")
        if each.about:
            lines.append(f"  {'':<{width}}  {each.about}")
    return lines


def chosen_words(session: Session) -> list[str]:
    """What is followed now, and what comes first on it."""
    followed = next(each for each in session.paths() if each.chosen)
    lines = [f"You take: {followed.title} ({names.minutes(followed.minutes)})."]
    following = session.next_step()
    if following is not None:
        lines.append(f"Next: {following}. `fwtutor place` finds what you may skip.")
    return lines


def _as_object(view: PathView) -> dict[str, Any]:
    return {
        "id": view.id,
        "title": view.title,
        "about": view.about,
        "frameworks": list(view.frameworks),
        "knows": view.knows,
        "lessons": [{"id": lesson, "steps": list(steps)} for lesson, steps in view.lessons],
        "minutes": view.minutes,
        "done": view.done,
        "exercises": view.exercises,
        "known": view.known,
        "chosen": view.chosen,
    }


# --- place


def forget_known(session: Session, lesson: str, *, as_json: bool) -> int:
    """Let a lesson that is known be taken after all."""
    with reading(session):
        session.lesson(lesson)  # raises, with the nearest name
        if not session.standing(lesson).known:
            known = [name for name in session.catalogue.lessons if session.standing(name).known]
            near = nearest(lesson, known)
            raise UsageError(f"Lesson `{lesson}` is not marked as known.{near}")
        session.forget_known(lesson)
        if as_json:
            emit({"forgotten": lesson})
        else:
            print(f"`{lesson}` is to be done again.")
        return 0


def questions(session: Session, framework: FrameworkName | None) -> int:
    """Print as JSON what a test would ask, and which lessons are known."""
    with reading(session):
        emit(
            {
                "known": [
                    lesson for lesson, standing in session.standings().items() if standing.known
                ],
                "questions": [
                    {
                        "lesson": candidate.lesson,
                        "framework": candidate.framework,
                        "steps": list(candidate.steps),
                    }
                    for candidate in session.placement(framework).candidates
                ],
            }
        )
        return 0


def place(session: Session, framework: FrameworkName | None) -> int:
    """Take the test line by line, on stdin and stdout."""
    return asyncio.run(_place(session, framework))


async def _place(session: Session, framework: FrameworkName | None) -> int:
    from tutor.plain import Lines

    lines = Lines(sys.stdin.fileno())

    async def ask(invitation: str) -> str | None:
        print(invitation, end="", flush=True)
        return await lines.read()

    try:
        if session.notice:
            print(f"fwtutor: {session.notice}", file=sys.stderr)
        print("\n".join(await take(session, session.placement(framework), ask)))
    finally:
        await session.close()
    return 0


async def take(session: Session, placement: Placement, ask: Ask) -> list[str]:
    """Ask the questions one by one, until the test or the learner ends; what came of it."""
    if not placement.candidates:
        return ["There is nothing to ask: every lesson on your way is done or known."]
    if not await _may_run(session, ask):
        return ["Nothing was asked: the questions are answered by running the course's code."]
    print("A few questions of each lesson; who passes them skips the lesson. One try each.")
    print("Enter alone: you do not know. :end ends the test; what was shown to be known stays so.")
    while (question := placement.question) is not None:
        candidate = question.candidate
        title = session.catalogue.lessons[candidate.lesson].title
        view = session.step_view(StepRef(candidate.lesson, question.step), candidate.framework)
        asked = f"{question.number} of {len(candidate.steps)}"
        print("\n".join(["", f"Do you know “{title}”? Question {asked}.", "", *_question(view)]))
        with _warming(session, view):
            answer = await _answer(view, ask)
        if answer is None:
            break
        try:
            if answer.strip():
                verdict = await _judged(session, view, answer)
                print(_said(verdict))
                placement.judged(verdict.verdict)
            else:
                placement.skip()
        except FwtutorError as error:  # the record says once that it cannot be written
            print(error)
    titles = {lesson: session.catalogue.lessons[lesson].title for lesson in placement.outcomes}
    return ["", placement.words(titles)]


async def _answer(view: StepView, ask: Ask) -> str | None:
    """One line, or a program that ends with a full stop; None when the learner leaves."""
    code = view.kind == "code"
    line = await ask("\ncode, then a line with a single .> " if code else "\nanswer> ")
    if line is None or line.strip() in {":end", ":quit", ":q"}:
        return None
    if not code or not line.strip():
        return line
    text = [line]
    while (more := await ask("")) is not None and more.strip() != ".":
        text.append(more)
    return "\n".join(text) + "\n"


async def _judged(session: Session, view: StepView, answer: str) -> Verdict:
    verdict: Verdict | None = None
    async for event in session.submit(view.ref, view.framework, answer):
        if isinstance(event, Verdict):
            verdict = event
    assert verdict is not None, "submit ends with a verdict"
    return verdict


def _said(verdict: Verdict) -> str:
    """Right or wrong, without what a hint would give away; else why it could not be judged."""
    if verdict.verdict == "pass":
        return "✓ Right"
    if verdict.verdict == "fail":
        return "✗ Wrong"
    return f"? Not judged, which does not count against you: {verdict.message}"


def _question(view: StepView) -> list[str]:
    """The step as it is shown elsewhere, without its name and its hints."""
    lines = describe(view)[3:]
    return lines[:-2] if view.hints else lines


@contextlib.contextmanager
def _warming(session: Session, view: StepView) -> Generator[None]:
    """Have a worker ready by the time that the answer is typed."""
    task = asyncio.ensure_future(session.prepare(view.ref, view.framework))
    try:
        yield
    finally:
        task.add_done_callback(lambda done: done.cancelled() or done.exception())


async def _may_run(session: Session, ask: Ask) -> bool:
    question = session.trust_question
    if not question:
        return True
    print(question)
    if (await ask("\nLet it run? y or n> ") or "").strip().lower() not in {"y", "yes"}:
        return False
    try:
        session.trust()
    except FwtutorError as error:  # it may run now; that cannot be remembered
        print(error)
    return True
