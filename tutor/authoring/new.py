"""`author new`: a course, a lesson or a step to begin from. Never writes over anything."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from tutor.authoring import templates
from tutor.authoring.insert import course_with, lesson_with
from tutor.course.load import lesson_id_of, load_course, load_lesson
from tutor.course.models import FRAMEWORKS, KINDS, FrameworkName
from tutor.course.resolve import step_id
from tutor.course.schema import course_schema, lesson_schema
from tutor.errors import UsageError, nearest

TRACK, LESSON = "basics", "first-steps"
"""What a new course begins with."""
SCHEMAS = ".schema"
"""Where a course keeps the JSON Schema for editors."""

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def new_course(folder: Path, frameworks: Sequence[FrameworkName]) -> str:
    """Make a course of one lesson in a folder that is new or empty; return what to say.

    Raises:
        UsageError: It cannot be made there.
    """
    name = _slug(folder.absolute().name, "course")
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} is there already, and is not empty; nothing was written.")
        (folder / TRACK).mkdir(parents=True, exist_ok=True)
        (folder / SCHEMAS).mkdir(exist_ok=True)
        for kind, schema in (("lesson", lesson_schema()), ("course", course_schema())):
            text = json.dumps(schema, indent=1) + "\n"
            _write_new(folder / SCHEMAS / f"{kind}.json", text)
        course = templates.COURSE.format(
            id=name, title=templates.words_of(name), track=TRACK, lesson=LESSON
        )
        _write_new(folder / "course.yaml", modeline("course", SCHEMAS) + course)
        lesson = templates.lesson_text(
            LESSON, TRACK, frameworks, ["squares"], modeline("lesson", f"../{SCHEMAS}")
        )
        path = folder / TRACK / f"01-{LESSON}.yaml"
        _write_new(path, lesson)
    except OSError as error:
        raise _unwritable(folder, error) from None
    return (
        f"Made the course {folder} with one lesson, {path}.\n"
        f"See it with `fwtutor --course {folder}`; check it with `fwtutor author lint {folder}`."
    )


def new_lesson(folder: Path, where: str, frameworks: Sequence[FrameworkName]) -> str:
    """Make `TRACK/LESSON` in a course, and add it to `course.yaml`; return what to say.

    Raises:
        UsageError: There is no such track, or the lesson is there already.
        CourseError: `course.yaml` cannot be used.
    """
    track_name, slash, name = where.partition("/")
    if not slash:
        raise UsageError(f"`{where}` names no track; expected TRACK/LESSON.")
    _slug(name, "lesson", exact=True)
    course, document = load_course(folder / "course.yaml")
    tracks = {track.id: track for track in course.tracks}
    if track_name not in tracks:
        known = ", ".join(f"`{track}`" for track in tracks)
        near = nearest(track_name, tracks)
        raise UsageError(
            f"{folder / 'course.yaml'} has no track `{track_name}`; its tracks are {known}.{near}"
        )
    for track in course.tracks:
        if name in track.lessons:
            raise UsageError(f"The course has a lesson `{name}` already, in track `{track.id}`.")
        for path in _files_named(folder / track.id, name):
            raise UsageError(f"{path} is there already; add `{name}` to course.yaml instead.")
    changed = course_with(document, course, track_name, name)
    place = folder / track_name
    try:
        place.mkdir(exist_ok=True)
        path = place / f"{_next_number(place):02d}-{name}.yaml"
        line = modeline("lesson", f"../{SCHEMAS}") if (folder / SCHEMAS).is_dir() else ""
        _write_new(path, templates.lesson_text(name, track_name, frameworks, (), line))
        _replace(folder / "course.yaml", changed)
    except OSError as error:
        raise _unwritable(place, error) from None
    return (
        f"Made {path}, and added `{name}` to {folder / 'course.yaml'}.\n"
        f"See it with `fwtutor --course {folder} {name}`."
    )


def new_step(folder: Path, kind: str, where: str, after: str | None) -> str:
    """Add a step to a lesson's file, at its end or after another; return what to say.

    Raises:
        UsageError: There is no such kind or lesson, or the id is taken.
        CourseError: The lesson cannot be used as it is.
    """
    if kind not in KINDS:
        kinds = ", ".join(f"`{known}`" for known in KINDS)
        raise UsageError(f"`{kind}` is no kind of step; expected {kinds}.{nearest(kind, KINDS)}")
    lesson_name, slash, name = where.partition("/")
    if not slash:
        raise UsageError(f"`{where}` names no step; expected LESSON/STEP.")
    _slug(name, "step", exact=True)
    path = _file_of(folder, lesson_name)
    lesson = load_lesson(path)
    ids = [step_id(step, index) for index, step in enumerate(lesson.steps)]
    if name in ids:
        raise UsageError(f"{path} has a step `{name}` already.")
    if after is not None and after not in ids:
        raise UsageError(f"{path} has no step `{after}`.{nearest(after, ids)}")
    text = templates.step_text(kind, name, lesson.frameworks)
    place = ids.index(after) + 1 if after is not None else len(ids)
    try:
        _replace(path, lesson_with(path, text, place))
    except OSError as error:
        raise _unwritable(path, error) from None
    return f"Added the step `{name}` to {path}."


def parse_frameworks(text: str) -> tuple[FrameworkName, ...]:
    """Read `torch,jax`.

    Raises:
        UsageError: One is unknown.
    """
    words = text.replace(",", " ").split()
    listed = ", ".join(FRAMEWORKS)
    for word in words:
        if word not in FRAMEWORKS:
            raise UsageError(f"`{word}` is not one of {listed}.{nearest(word, FRAMEWORKS)}")
    if not words:
        raise UsageError(f"Name at least one framework, of {listed}.")
    return tuple(framework for framework in FRAMEWORKS if framework in words)


def modeline(kind: str, folder: str) -> str:
    """The comment by which yaml-language-server finds a file's schema."""
    return f"# yaml-language-server: $schema={folder}/{kind}.json\n"


def _slug(name: str, what: str, *, exact: bool = False) -> str:
    """The id in a name; with `exact` the name must be one."""
    found = "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:48].strip("-")
    if not found or (exact and not (_SLUG.fullmatch(name) and len(name) <= 48)):
        near = f" Did you mean `{found}`?" if found else ""
        raise UsageError(
            f"`{name}` cannot be the id of a {what}; expected lower-case words joined by hyphens,"
            f" such as `first-gradient`.{near}"
        )
    return found


def _file_of(folder: Path, lesson: str) -> Path:
    """The file of a lesson, broken or not."""
    course, _ = load_course(folder / "course.yaml")
    names = [name for track in course.tracks for name in track.lessons]
    for track in course.tracks:
        for path in _files_named(folder / track.id, lesson):
            return path
    raise UsageError(f"{folder} has no lesson `{lesson}`.{nearest(lesson, names)}")


def _files_named(folder: Path, lesson: str) -> list[Path]:
    """The files of a track whose names have a lesson's id."""
    return sorted(path for path in folder.glob("*.yaml") if lesson_id_of(path) == lesson)


def _next_number(folder: Path) -> int:
    numbers = [int(found[0]) for path in folder.iterdir() if (found := re.match(r"\d+", path.name))]
    return max(numbers, default=0) + 1


def _write_new(path: Path, text: str) -> None:
    """Write a file that must not be there yet."""
    with path.open("x", encoding="utf-8") as file:
        file.write(text)


def _replace(path: Path, text: str) -> None:
    """Change a file in one go: an author's text is never half there."""
    scratch = path.with_name(f".{path.name}.new")
    scratch.write_text(text, encoding="utf-8")
    scratch.chmod(path.stat().st_mode)
    scratch.replace(path)


def _unwritable(path: Path, error: OSError) -> UsageError:
    if isinstance(error, FileExistsError):
        return UsageError(f"{error.filename} is there already; nothing was written over.")
    return UsageError(f"{error.filename or path} cannot be written: {error.strerror or error}.")
