"""Text put into an author's YAML, the rest of which stays as it is, comments and all."""

from __future__ import annotations

import textwrap
from pathlib import Path

import msgspec

from tutor.course.load import lesson_id_of, lesson_of
from tutor.course.models import Course
from tutor.course.yaml_positions import Document, parse_yaml, read_yaml
from tutor.errors import CourseError, UsageError


def course_with(document: Document, course: Course, track: str, lesson: str) -> str:
    """The text of `course.yaml` with a lesson more, at the end of a track.

    Raises:
        UsageError: Its lessons are written in a way that cannot be added to.
    """
    row = next(index for index, each in enumerate(course.tracks) if each.id == track)
    lessons = course.tracks[row].lessons
    keys = ("tracks", row, "lessons")
    lines = list(document.lines)
    start = document.place(keys)
    if not lessons:
        line = lines[start.line - 1]
        at = line.find("[", start.column - 1)
        if at >= 0:
            lines[start.line - 1] = f"{line[: at + 1]}{lesson}{line[at + 1 :]}"
    else:
        last = document.place((*keys, len(lessons) - 1))
        line = lines[last.line - 1]
        before = line[: last.column - 1]
        if before.strip() == "-":
            lines.insert(last.line, f"{before}{lesson}")
        else:
            quotes = 2 if line[last.column - 1] in "\"'" else 0
            end = last.column - 1 + len(lessons[-1]) + quotes
            lines[last.line - 1] = f"{line[:end]}, {lesson}{line[end:]}"
    text = "\n".join(lines) + "\n"
    if _lessons_in(text, document.name, row) != (*lessons, lesson):
        raise UsageError(
            f"{document.name}:{start.line}:{start.column}: the lessons of `{track}` are written"
            f" in a way that cannot be added to; add `{lesson}` there yourself."
        )
    return text


def lesson_with(path: Path, step: str, place: int) -> str:
    """The text of a lesson's file with a step more, as number `place` of its steps (from 0).

    Raises:
        UsageError: Its steps are written in a way that cannot be added to.
        CourseError: The file cannot be read.
    """
    document = read_yaml(path)
    steps = document.data["steps"]
    lines = list(document.lines)
    first = document.place(("steps", 0))
    indent = lines[first.line - 1][: first.column - 1].find("-")
    if place < len(steps):
        row = document.place(("steps", place)).line - 1
    else:
        row = _end_of_steps(document)
    while row > 0 and (not lines[row - 1].strip() or lines[row - 1].lstrip().startswith("#")):
        row -= 1  # comments above what follows stay with it
    lines[row:row] = ["", *textwrap.indent(step, " " * max(indent, 0)).splitlines()]
    text = "\n".join(lines) + "\n"
    try:
        lesson = lesson_of(parse_yaml(text.encode(), str(path)), lesson_id_of(path))
    except CourseError as error:
        raise UsageError(
            f"{path} is written in a way that a step cannot be added to: {error.findings[0]}"
        ) from None
    assert len(lesson.steps) == len(steps) + 1
    return text


def _end_of_steps(document: Document) -> int:
    """The 0-based line of the field after `steps`, or the one past the end."""
    start = document.place(("steps",), key=True)
    later = [
        place.line - 1
        for name in document.data
        if (place := document.place((name,), key=True)) > start
    ]
    return min(later, default=len(document.lines))


def _lessons_in(text: str, name: str, row: int) -> tuple[str, ...]:
    try:
        course = msgspec.convert(parse_yaml(text.encode(), name).data, Course)
    except (CourseError, msgspec.ValidationError):
        return ()
    return course.tracks[row].lessons
