"""One lesson file, looked at by every rule. Runs in a process of its own when there are many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tutor.authoring.of_hints import hint_notes
from tutor.authoring.of_inputs import input_notes
from tutor.authoring.of_mistakes import mistake_notes
from tutor.authoring.of_steps import step_notes
from tutor.authoring.remarks import Note, Remark, remark_of
from tutor.authoring.rules import RULES
from tutor.authoring.steps import steps_at
from tutor.course.catalogue import LessonInfo, broken_info, info_of, wrong_track
from tutor.course.load import lesson_id_of, lesson_of
from tutor.course.models import Lesson
from tutor.course.resolve import QUICK, kind_of, placement_of, step_id
from tutor.course.yaml_positions import Document, read_yaml
from tutor.errors import CourseError, Finding, nearest

_ALLOW = re.compile(r"#\s*lint:\s*allow\s+([a-z, -]+)")


@dataclass(frozen=True)
class Context:
    """What a lesson's course says about it; small, since it goes to every process."""

    root: Path
    """The course folder, links followed."""
    order: tuple[str, ...]
    """Lesson ids in course order."""
    topics: frozenset[str]
    """Ids that `covers` may name; empty when the course lists none."""
    paths: bool = False
    """Whether the course has paths, and so learners who come to skip what they know."""


@dataclass(frozen=True)
class Looked:
    """What was found in one file."""

    remarks: tuple[Remark, ...]
    """In no order."""
    info: LessonInfo
    """What the course needs to know of it."""
    covers: tuple[str, ...]
    """The topics that it covers."""


def look(path: Path, context: Context | None) -> Looked:
    """Look at one lesson file; `context` is None for a file that lies in no course."""
    track = path.absolute().parent.name
    outside = "" if context is None else link_outside(path, context.root)
    if outside:
        finding = Finding(str(path), 0, 0, outside)
        info = broken_info(path, str(path.absolute()), track, (finding,))
        return Looked((remark_of(finding, "outside"),), info, ())
    try:
        document = read_yaml(path)
        lesson = lesson_of(document, lesson_id_of(path))
        if context is not None and lesson.track != track:
            raise CourseError([document.finding(wrong_track(lesson, track), ("track",))])
    except CourseError as error:
        remarks = tuple(remark_of(finding) for finding in error.findings)
        info = broken_info(path, str(path.absolute()), track, error.findings)
        return Looked(remarks, info, ())
    notes = dict.fromkeys(_notes(lesson, document, context))
    return Looked(
        tuple(_remark(note, document) for note in notes if not _allowed(note, document)),
        info_of(lesson, str(path.absolute())),
        lesson.covers,
    )


def link_outside(path: Path, root: Path) -> str:
    """Say that a path leads out of the course folder `root`; empty when it does not."""
    target = path.resolve()
    if target.is_relative_to(root):
        return ""
    return f"this is a link that leads out of the course, to {target}; copy what it names here"


def _notes(lesson: Lesson, document: Document, context: Context | None) -> Iterator[Note]:
    if context is not None:
        yield from _course_notes(lesson, context)
    if not lesson.sources:
        message = "the lesson names no `sources`; list where its facts come from, title and address"
        yield Note("sources", ("lesson",), message, key=True)
    if lesson.placement or (context is not None and context.paths):
        yield from _placement_notes(lesson)
    for at in steps_at(lesson, document):
        for rule in (step_notes, input_notes, mistake_notes, hint_notes):
            yield from rule(at)


def _placement_notes(lesson: Lesson) -> Iterator[Note]:
    """A placement test takes minutes only where each exercise takes seconds."""
    if not lesson.placement:
        chosen = " and ".join(f"`{name}`" for name in placement_of(lesson))
        default = f"; a placement test asks {chosen}" if chosen else "; no placement test asks it"
        message = "name the one or two quick exercises that show who knows this, as `placement`"
        yield Note("placement", ("lesson",), message + default, key=True)
    steps = {step_id(step, index): step for index, step in enumerate(lesson.steps)}
    for index, name in enumerate(lesson.placement):
        if kind_of(steps[name]) not in QUICK:
            message = f"`{name}` is no `value`, `choose` or `order`, which take seconds to answer"
            yield Note("placement", ("placement", index), message)


def _course_notes(lesson: Lesson, context: Context) -> Iterator[Note]:
    place = {name: index for index, name in enumerate(context.order)}
    here = place.get(lesson.lesson)
    for index, required in enumerate(lesson.requires):
        there = place.get(required)
        if here is not None and there is not None and there > here:
            message = (
                f"`{required}` comes after this lesson in course.yaml, so it cannot be required"
                " first; move one of them, or leave it out of `requires`"
            )
            yield Note("sequence", ("requires", index), message)
    for index, topic in enumerate(lesson.covers):
        keys = ("covers", index)
        if topic in lesson.covers[:index]:
            yield Note("topic", keys, f"`{topic}` is here twice")
        elif context.topics and topic not in context.topics:
            near = nearest(topic, context.topics)
            message = f"`{topic}` is not among the `topics` of course.yaml; add it there.{near}"
            yield Note("topic", keys, message)


def _remark(note: Note, document: Document) -> Remark:
    place = (
        document.within(note.keys, note.line, note.column)
        if note.line
        else document.place(note.keys, key=note.key)
    )
    return Remark(document.name, *place, RULES[note.rule].severity, note.rule, note.message)


def _allowed(note: Note, document: Document) -> bool:
    """Whether a comment `# lint: allow RULE` stands at, or just above, what the note is about.

    That is the place itself, or any map or list around it: code blocks hold no YAML comments.
    """
    lines = document.lines
    for length in range(len(note.keys), -1, -1):
        keys = note.keys[:length]
        row = document.place(keys, key=True).line - 1
        above = row - 1
        if _allows(lines[row], note.rule):
            return True
        while above >= 0 and lines[above].lstrip().startswith("#"):
            if _allows(lines[above], note.rule):
                return True
            above -= 1
    return False


def _allows(line: str, rule: str) -> bool:
    found = _ALLOW.search(line)
    return found is not None and rule in re.split(r"[,\s]+", found[1])
