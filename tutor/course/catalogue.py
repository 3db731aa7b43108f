"""A course folder: what is in it, without reading its lessons.

Opening costs one scan per track and one small file: an index in the cache folder holds what the map
shows of each lesson, and is kept true by each file's modification time and size. A lesson's own
file is parsed when it is asked for.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from tutor.course.links import link_out
from tutor.course.models import Course, FrameworkName, Lesson
from tutor.course.resolve import (
    frameworks_of,
    is_exercise,
    kind_of,
    placement_of,
    step_id,
    step_title,
)
from tutor.errors import CourseError, Finding, UsageError, nearest

INDEX_VERSION = 4
"""Raise it when what the index holds, or what counts as a fault, changes."""


class StepInfo(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """What the map and `list` show of a step."""

    id: str
    kind: str
    """`read`, `value`, `code`, `choose`, `order` or `measure`."""
    title: str
    frameworks: tuple[FrameworkName, ...]
    """Those it can be done in."""
    exercise: bool
    """Whether it asks for something."""


class LessonInfo(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """What the map and `list` show of a lesson."""

    id: str
    title: str
    """The id, for a broken lesson."""
    track: str
    minutes: int
    """0 for a broken lesson."""
    frameworks: tuple[FrameworkName, ...]
    requires: tuple[str, ...]
    goals: tuple[str, ...]
    path: str
    """The file, as an absolute path."""
    steps: tuple[StepInfo, ...]
    """Empty for a broken lesson."""
    placement: tuple[str, ...] = ()
    """Ids of the exercises that show who knows it; empty for a broken lesson."""
    broken: tuple[Finding, ...] = ()
    """Why it cannot be used; empty when it can."""


class _Stamp(Struct, frozen=True, array_like=True, gc=False):
    """A file as it was when it was read."""

    modified: int
    """Nanoseconds."""
    size: int


class _Entry(Struct, frozen=True, array_like=True, gc=False):
    """One sound lesson in the index."""

    stamp: _Stamp
    info: LessonInfo


class _Index(Struct, array_like=True):
    """The cache file."""

    version: int
    folder: str
    course_stamp: _Stamp
    course: Course
    entries: dict[str, _Entry]
    """By absolute path."""
    sound: bool
    """Whether nothing was wrong with the course as a whole: then it need not be looked at again."""


class Catalogue:
    """The lessons of one course, in order."""

    def __init__(
        self,
        folder: Path,
        course: Course,
        lessons: dict[str, LessonInfo],
        unlisted: dict[str, LessonInfo],
    ) -> None:
        self.folder = folder
        """The course folder."""
        self.course = course
        """Its `course.yaml`."""
        self.lessons = lessons
        """By id, in course order; those that are broken too."""
        self.findings: tuple[Finding, ...] = ()
        """What is wrong with the course, in the order of its lessons."""
        self._unlisted = unlisted
        self._parsed: dict[str, tuple[_Stamp, Lesson]] = {}

    @classmethod
    def open(cls, folder: Path, cache: Path | None) -> Catalogue:
        """Open a course folder; `cache` is where its index is kept, None to keep none.

        Raises:
            CourseError: `course.yaml` cannot be used. Faults in lessons do not raise: they are in
                `findings`, and in each lesson's `broken`.
        """
        source = folder / "course.yaml"
        root = _root(folder)
        if outside := link_out(source, root):
            raise CourseError([outside])
        index_path = _index_path(folder, cache)
        old = _read_index(index_path, folder)
        course_stamp = _stamp(source)
        if old is not None and course_stamp is not None and old.course_stamp == course_stamp:
            course = old.course
        else:
            from tutor.course.load import load_course

            course, _ = load_course(source)
        known = old.entries if old is not None else {}
        entries, infos, faults = _scan(folder, course, known)
        same = old is not None and old.course_stamp == course_stamp and old.entries == entries
        sound = old is not None and old.sound and same and len(infos) == len(entries)
        catalogue = cls.assemble(folder, course, infos, sound=sound)
        catalogue.findings = (*faults, *catalogue.findings)
        if course_stamp is not None and not same:
            sound = not catalogue.findings
            index = _Index(
                INDEX_VERSION, str(folder.resolve()), course_stamp, course, entries, sound
            )
            _write_index(index_path, index)
        return catalogue

    @classmethod
    def assemble(
        cls, folder: Path, course: Course, infos: Iterable[LessonInfo], *, sound: bool = False
    ) -> Catalogue:
        """Put the lessons found in a course folder in order, and say what is wrong with the whole.

        `infos` come track by track, in the order of their files. `sound` says that these were
        looked at before, and nothing was wrong with the whole.
        """
        found: dict[str, LessonInfo] = {}
        findings: list[Finding] = []
        for info in infos:
            findings += info.broken
            if info.id in found:
                other = _shown(folder, found[info.id])
                message = f"`{info.id}` is also in {other}; a lesson has one file"
                findings.append(Finding(str(_shown(folder, info)), 0, 0, message))
            else:
                found[info.id] = info
        lessons = {
            lesson: found.pop(lesson)
            for track in course.tracks
            for lesson in track.lessons
            if lesson in found and found[lesson].track == track.id
        }
        catalogue = cls(folder, course, lessons, unlisted=found)
        if not sound:
            findings += _course_findings(folder, course, lessons, found)
        catalogue.findings = tuple(findings)
        return catalogue

    def lesson(self, lesson: str) -> Lesson:
        """Parse one lesson's file; a second call reads it again only if it changed.

        Raises:
            UsageError: There is no such lesson.
            CourseError: Its file cannot be used.
        """
        info = self.lessons.get(lesson)
        if info is None:
            raise UsageError(self._unknown(lesson))
        path = Path(info.path)
        if outside := link_out(path, self.folder.resolve()):
            raise CourseError([outside])
        stamp = _stamp(path)
        kept = self._parsed.get(lesson)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        from tutor.course.load import load_lesson

        parsed = load_lesson(_shown(self.folder, info))
        if stamp is not None:
            self._parsed[lesson] = (stamp, parsed)
        return parsed

    def _unknown(self, lesson: str) -> str:
        if lesson in self._unlisted:
            path = _shown(self.folder, self._unlisted[lesson])
            return f"{path} is not in the course: add `{lesson}` to its track in course.yaml."
        near = nearest(lesson, self.lessons)
        return f"There is no lesson `{lesson}`.{near or ' `fwtutor list` names them all.'}"


def shipped() -> Path:
    """The folder of the lessons that came with fwtutor.

    In an installed package they lie in it, as `_lessons`; in a checkout, beside it.

    Raises:
        CourseError: They are not there.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_lessons", package.parent / "lessons"):
        if (folder / "course.yaml").is_file():
            return folder
    message = "the lessons that come with fwtutor are not there; install it again"
    raise CourseError([Finding(str(package / "_lessons"), 0, 0, message)])


# --- reading the folder


def _root(folder: Path) -> Path:
    """The real folder of a course.

    Raises:
        CourseError: It is not there, or may not be looked into.
    """
    try:
        if folder.is_dir():
            return folder.resolve()
        message = "there is no such course folder"
    except OSError as error:
        message = f"this course folder cannot be read: {error.strerror}"
    raise CourseError([Finding(str(folder), 0, 0, message)])


def _scan(
    folder: Path, course: Course, known: dict[str, _Entry]
) -> tuple[dict[str, _Entry], list[LessonInfo], list[Finding]]:
    """Return the index's entries, every lesson found, and the tracks that cannot be read."""
    entries: dict[str, _Entry] = {}
    infos: list[LessonInfo] = []
    faults: list[Finding] = []
    root = folder.resolve()
    for track in course.tracks:
        if outside := link_out(root / track.id, root):
            faults.append(Finding(str(folder / track.id), 0, 0, outside.message))
            continue
        for path, stamp in _lesson_files(root / track.id, root, faults):
            entry = known.get(path)
            if entry is not None and entry.stamp == stamp:
                info = entry.info
            else:
                info = _read_info(folder / track.id / Path(path).name, path, track.id, root)
            if not info.broken:
                entries[path] = entry if entry and entry.info is info else _Entry(stamp, info)
            infos.append(info)
    return entries, infos, faults


def _lesson_files(folder: Path, root: Path, faults: list[Finding]) -> list[tuple[str, _Stamp]]:
    """The lesson files of a track, by name, with their absolute paths."""
    files: list[tuple[str, _Stamp]] = []
    try:
        with os.scandir(folder) as scan:
            for entry in scan:
                if entry.name.endswith(".yaml") and not entry.name.startswith("."):
                    unread = _Stamp(0, -1)  # as no entry of the index has: reading it says why
                    if entry.is_symlink() and link_out(Path(entry.path), root):
                        files.append((entry.path, unread))
                        continue
                    try:
                        status = entry.stat()
                    except OSError:
                        files.append((entry.path, unread))
                        continue
                    files.append((entry.path, _Stamp(status.st_mtime_ns, status.st_size)))
    except PermissionError as error:
        faults.append(Finding(str(folder), 0, 0, f"this folder cannot be read: {error.strerror}"))
    except OSError:
        return []  # its lessons are missing, and are named one by one
    return sorted(files, key=lambda file: file[0])


def _read_info(path: Path, absolute: str, track: str, root: Path) -> LessonInfo:
    from tutor.course.load import load_lesson

    try:
        if outside := link_out(path, root):
            raise CourseError([outside])
        lesson = load_lesson(path)
        if lesson.track != track:
            raise CourseError([_finding_at(path, ("track",), wrong_track(lesson, track))])
    except CourseError as error:
        return broken_info(path, absolute, track, error.findings)
    return info_of(lesson, absolute)


def wrong_track(lesson: Lesson, folder: str) -> str:
    """Say that a lesson lies in another track's folder."""
    return f"the lesson's track is `{lesson.track}`, but its folder is `{folder}`"


def broken_info(path: Path, absolute: str, track: str, findings: tuple[Finding, ...]) -> LessonInfo:
    """What the map shows of a lesson that cannot be used."""
    from tutor.course.load import lesson_id_of

    name = lesson_id_of(path)
    return LessonInfo(
        id=name,
        title=name,
        track=track,
        minutes=0,
        frameworks=(),
        requires=(),
        goals=(),
        path=absolute,
        steps=(),
        broken=findings,
    )


def info_of(lesson: Lesson, absolute: str) -> LessonInfo:
    """What the map shows of a lesson, whose file is at `absolute`."""
    return LessonInfo(
        id=lesson.lesson,
        title=lesson.title,
        track=lesson.track,
        minutes=lesson.minutes,
        frameworks=lesson.frameworks,
        requires=lesson.requires,
        goals=lesson.goals,
        path=absolute,
        steps=tuple(
            StepInfo(
                id=step_id(step, index),
                kind=kind_of(step),
                title=step_title(step, index),
                frameworks=frameworks_of(lesson, step),
                exercise=is_exercise(step),
            )
            for index, step in enumerate(lesson.steps)
        ),
        placement=placement_of(lesson),
    )


# --- faults of the course as a whole


def _course_findings(
    folder: Path, course: Course, lessons: dict[str, LessonInfo], unlisted: dict[str, LessonInfo]
) -> Iterator[Finding]:
    source = folder / "course.yaml"
    seen: set[str] = set()
    for row, track in enumerate(course.tracks):
        for column, lesson in enumerate(track.lessons):
            keys = ("tracks", row, "lessons", column)
            if lesson in seen:
                yield _finding_at(source, keys, f"`{lesson}` is here twice")
            elif lesson not in lessons:
                message = f"`{lesson}` has no file; expected {track.id}/NN-{lesson}.yaml."
                yield _finding_at(source, keys, message + nearest(lesson, unlisted))
            seen.add(lesson)
    for lesson, info in unlisted.items():
        message = f"course.yaml does not list `{lesson}` in track `{info.track}`; add it there"
        yield Finding(str(_shown(folder, info)), 0, 0, message)
    yield from _requirement_findings(folder, lessons)
    if course.paths:
        yield from _path_findings(source, course, lessons)


def _path_findings(
    source: Path, course: Course, lessons: dict[str, LessonInfo]
) -> Iterator[Finding]:
    from tutor.course.path_rules import path_faults

    for fault in path_faults(course, lessons):
        yield _finding_at(source, fault.keys, fault.message, key=fault.key)


def _requirement_findings(folder: Path, lessons: dict[str, LessonInfo]) -> Iterator[Finding]:
    for info in lessons.values():
        for index, required in enumerate(info.requires):
            if required not in lessons:
                message = f"there is no lesson `{required}` to require.{nearest(required, lessons)}"
                yield _finding_at(_shown(folder, info), ("requires", index), message)
    for cycle in _cycles(lessons):
        first = lessons[cycle[0]]
        index = first.requires.index(cycle[1 % len(cycle)])
        path = " → ".join(f"`{lesson}`" for lesson in (*cycle, cycle[0]))
        message = f"these lessons require each other: {path}"
        yield _finding_at(_shown(folder, first), ("requires", index), message)


def _cycles(lessons: dict[str, LessonInfo]) -> Iterator[tuple[str, ...]]:
    """One cycle of requirements from each knot, found without recursion."""
    done: set[str] = set()
    for start in lessons:
        trail: dict[str, Iterator[str]] = {}
        here = start
        if here not in done:
            trail[here] = iter(lessons[here].requires)
        while trail:
            here = next(reversed(trail))
            onward = next(trail[here], None)
            if onward is None:
                done.add(here)
                del trail[here]
            elif onward in trail:
                names = list(trail)
                yield tuple(names[names.index(onward) :])
            elif onward in lessons and onward not in done:
                trail[onward] = iter(lessons[onward].requires)


def _shown(folder: Path, info: LessonInfo) -> Path:
    """The lesson's file as the user would type it: under the folder that they named."""
    return folder / info.track / Path(info.path).name


def _finding_at(
    path: Path, keys: tuple[str | int, ...], message: str, *, key: bool = False
) -> Finding:
    """A finding at a place in a file that is read again for it: only faults pay."""
    from tutor.course.yaml_positions import read_yaml

    try:
        return read_yaml(path).finding(message, keys, key=key)
    except CourseError:
        return Finding(str(path), 0, 0, message)  # it changed under our hands


# --- the index


def _index_path(folder: Path, cache: Path | None) -> Path | None:
    if cache is None:
        return None
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return cache / f"course-{digest}.msgpack"


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return _Stamp(status.st_mtime_ns, status.st_size)


def _read_index(path: Path | None, folder: Path) -> _Index | None:
    """The index as it was left; None when there is none that can be used."""
    if path is None:
        return None
    try:
        index = msgspec.msgpack.decode(path.read_bytes(), type=_Index)
    except (OSError, msgspec.MsgspecError, RecursionError):
        return None
    if index.version != INDEX_VERSION or index.folder != str(folder.resolve()):
        return None
    return index


def _write_index(path: Path | None, index: _Index) -> None:
    """Keep the index; a cache that cannot be written is done without."""
    if path is None:
        return
    scratch = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_bytes(msgspec.msgpack.encode(index))
        scratch.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            scratch.unlink(missing_ok=True)
