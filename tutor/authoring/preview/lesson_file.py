"""The lesson that is previewed: where it lies, when it changed, and what it says now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from tutor.course.catalogue import Catalogue, broken_info, info_of, shipped, wrong_track
from tutor.course.load import lesson_id_of, lesson_of, load_course
from tutor.course.models import Course, Lesson, Track
from tutor.course.yaml_positions import Document, read_yaml
from tutor.errors import CourseError, Finding, UsageError, nearest

Stamp = tuple[tuple[int, int, int] | None, ...]
"""(inode, modification time, size) of each file watched; None for one that is not there.

Looked at anew a few times a second, rather than asking the system to tell: two `stat` calls cost
20 µs, need no package, and also work on the network file systems of GPU boxes, which tell nothing.
"""


@dataclass(frozen=True)
class LessonFile:
    """A lesson's file, and the course folder it lies in."""

    path: Path
    """As the author would type it."""
    course: Path | None
    """None for a file that lies in no course."""
    step: str = ""
    """The id of the step to open; empty for the first."""

    @property
    def id(self) -> str:
        """The lesson's id, as the file's name gives it."""
        return lesson_id_of(self.path)

    def stamp(self) -> Stamp:
        """What changes whenever a file is saved. Reads the disk."""
        return tuple(_stamp(path) for path in self.watched)

    @property
    def watched(self) -> tuple[Path, ...]:
        """The files that what is shown comes from."""
        return (self.path,) if self.course is None else (self.path, self.course / "course.yaml")


@dataclass(frozen=True)
class Reading:
    """What the files say, or every reason why they cannot be used."""

    lesson: Lesson | None
    """None when it has faults."""
    document: Document | None
    """The lesson's file with its places; None when it has faults."""
    course: Course | None
    """None when `course.yaml` has faults, or there is none."""
    findings: tuple[Finding, ...]
    """Empty when everything can be used."""


def find(name: str, course: Path | None) -> LessonFile:
    """Find what `name` means: a lesson's file, or LESSON[/STEP] of a course (the shipped one).

    Raises:
        UsageError: There is no such file and no such lesson.
        CourseError: The course cannot be used.
    """
    path = Path(name)
    if path.is_dir():
        raise UsageError(f"{name} is a folder; expected a lesson's file, or a lesson's id.")
    if name.endswith((".yaml", ".yml")) or path.is_file():
        if not path.is_file():
            raise UsageError(f"There is no file {name}.{_nearest_file(path)}")
        if path.name == "course.yaml":
            raise UsageError(f"{name} is a course; expected one of its lessons.")
        above = path.absolute().parent.parent
        return LessonFile(path, above if (above / "course.yaml").is_file() else None)
    folder = course or shipped()
    lesson, _, step = name.partition("/")
    catalogue = Catalogue.open(folder, None)
    info = catalogue.lessons.get(lesson)
    if info is None:
        # Not in course.yaml yet, which is no reason not to look at it.
        files = sorted(folder.glob("*/*.yaml"))
        found = [file for file in files if lesson_id_of(file) == lesson]
        if not found:
            known = {lesson_id_of(file) for file in files}
            raise UsageError(
                f"There is no lesson `{lesson}` in {folder}.{nearest(lesson, known)} "
                "Name one, or a lesson's file."
            )
        return LessonFile(_short(found[0]), folder, step)
    ids = [each.id for each in info.steps]
    if step and ids and step not in ids:
        raise UsageError(
            f"Lesson `{lesson}` has no step `{step}`.{nearest(step, ids)} "
            f"Its steps: {', '.join(ids)}."
        )
    return LessonFile(_short(folder / info.track / Path(info.path).name), folder, step)


def read(file: LessonFile) -> Reading:
    """Read the lesson and its course.yaml."""
    findings: list[Finding] = []
    course: Course | None = None
    if file.course is not None:
        try:
            course, _ = load_course(_short(file.course / "course.yaml"))
        except CourseError as error:
            findings += error.findings
    try:
        document = read_yaml(file.path)
        lesson = lesson_of(document, file.id)
        track = file.path.absolute().parent.name
        if file.course is not None and lesson.track != track:
            raise CourseError([document.finding(wrong_track(lesson, track), ("track",))])
    except CourseError as error:
        return Reading(None, None, course, (*findings, *error.findings))
    return Reading(lesson, document, course, tuple(findings))


class OneLesson(Catalogue):
    """A catalogue with the previewed lesson alone, as it was when it last could be used."""

    def __init__(self, file: LessonFile, reading: Reading) -> None:
        self._file = file
        self._reading = Reading(None, None, None, ())
        super().__init__(file.course or file.path.parent, _alone(file.id, "preview"), {}, {})
        self.take(reading)

    @property
    def reading(self) -> Reading:
        """The last good lesson and the last good course."""
        return self._reading

    def take(self, reading: Reading) -> None:
        """Show what was read; what has faults stays as it was."""
        good = self._reading
        lesson = reading.lesson or good.lesson
        course = reading.course or good.course
        document = reading.document or good.document
        self._reading = Reading(lesson, document, course, reading.findings)
        where = str(self._file.path.absolute())
        track = self._file.path.absolute().parent.name
        if lesson is None:
            info = broken_info(self._file.path, where, track, reading.findings)
        else:
            info = info_of(lesson, where)
        self.lessons = {info.id: info}
        self.findings = reading.findings
        self.course = _listing(course or _alone(info.id, info.track), info.id, info.track)

    def lesson(self, lesson: str) -> Lesson:
        """The lesson in its last good version.

        Raises:
            CourseError: It never had one.
            UsageError: It is another lesson.
        """
        if lesson in self.lessons and self._reading.lesson is not None:
            return self._reading.lesson
        if lesson in self.lessons:
            raise CourseError(self.findings)
        return super().lesson(lesson)


def _listing(course: Course, lesson: str, track: str) -> Course:
    """The course, with the lesson in it if it does not list it yet."""
    if any(lesson in other.lessons for other in course.tracks):
        return course
    return msgspec.structs.replace(course, tracks=(*_alone(lesson, track).tracks, *course.tracks))


def _alone(lesson: str, track: str) -> Course:
    """A course for a lesson that lies in none."""
    only = Track(id=track, title=track.replace("-", " ").capitalize(), lessons=(lesson,))
    return Course(course="preview", title="Preview", tracks=(only,))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _short(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _nearest_file(path: Path) -> str:
    try:
        return nearest(path.name, [other.name for other in path.parent.iterdir()])
    except OSError:
        return ""
