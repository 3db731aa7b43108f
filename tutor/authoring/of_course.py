"""A course as a whole: what its lessons' files say together, and the folder they lie in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor.authoring.of_lesson import Context, Looked, link_outside
from tutor.authoring.remarks import Remark, remark_of
from tutor.authoring.rules import RULES
from tutor.authoring.targets import lesson_files
from tutor.course.catalogue import Catalogue
from tutor.course.load import load_course
from tutor.course.models import Course
from tutor.course.yaml_positions import Document
from tutor.errors import Finding


@dataclass(frozen=True)
class OpenCourse:
    """A course whose `course.yaml` can be used."""

    folder: Path
    """As the user would type it."""
    course: Course
    """Its `course.yaml`."""
    document: Document
    """The same, with places."""
    context: Context
    """What each of its lessons is looked at with."""


def open_course(folder: Path) -> OpenCourse:
    """Read `course.yaml`.

    Raises:
        CourseError: It cannot be used.
    """
    course, document = load_course(folder / "course.yaml")
    order = tuple(lesson for track in course.tracks for lesson in track.lessons)
    context = Context(folder.resolve(), order, frozenset(course.topics), bool(course.paths))
    return OpenCourse(folder, course, document, context)


def same_id(course: OpenCourse, ids: dict[str, Path]) -> Iterator[Remark]:
    """Say when a course has the id of one seen before; `ids` takes it in."""
    other = ids.setdefault(course.course.course, course.folder)
    if other.resolve() != course.folder.resolve():
        message = (
            f"`{course.course.course}` is also the id of {other / 'course.yaml'}; progress is kept"
            " by it, so each course needs its own"
        )
        yield remark_of(course.document.finding(message, ("course",)), "course")


def files_of(course: OpenCourse, remarks: list[Remark]) -> tuple[list[Path], set[int]]:
    """Every lesson file, and the tracks (by row) whose folder cannot be used; `remarks` say why."""
    files: list[Path] = []
    shut: set[int] = set()
    for row, track in enumerate(course.course.tracks):
        folder = course.folder / track.id
        keys = ("tracks", row, "id")
        outside = link_outside(folder, course.context.root)
        if outside:
            shut.add(row)
            message = f"{folder}: {outside}"
            remarks.append(remark_of(course.document.finding(message, keys), "outside"))
            continue
        try:
            files += lesson_files(folder)
        except (FileNotFoundError, NotADirectoryError):
            continue  # its lessons are missing, and are named one by one
        except OSError as error:
            shut.add(row)
            message = f"{folder} cannot be read: {error.strerror or error}"
            remarks.append(remark_of(course.document.finding(message, keys), "course"))
    return files, shut


def remarks_in(course: OpenCourse, files: Sequence[Path]) -> Iterator[Remark]:
    """What is wrong with the course that shows in some of its files."""
    from tutor.paths import Paths

    names = {path.absolute() for path in files}
    catalogue = Catalogue.open(course.folder, Paths.find().cache)
    broken = _broken(catalogue)
    for finding in catalogue.findings:
        if Path(finding.path).absolute() in names and finding not in broken:
            yield remark_of(finding, "course")


def remarks_of_whole(
    course: OpenCourse, looked: Sequence[Looked], shut: set[int], *, coverage: bool
) -> Iterator[Remark]:
    """What is wrong with the course, all lessons but those of the tracks `shut` being looked at."""
    catalogue = Catalogue.assemble(course.folder, course.course, (each.info for each in looked))
    broken = {finding for each in looked for finding in each.info.broken}
    unknown = {
        (course.document.name, *course.document.place(("tracks", row, "lessons", column)))
        for row in shut
        for column in range(len(course.course.tracks[row].lessons))
    }
    for finding in catalogue.findings:
        place = (finding.path, finding.line, finding.column)
        if finding not in broken and place not in unknown:
            yield remark_of(finding, "course")
    yield from _unnamed_folders(course)
    if coverage:
        covered = {topic for each in looked for topic in each.covers}
        for topic, about in course.course.topics.items():
            if topic not in covered:
                place = course.document.place(("topics", topic), key=True)
                message = f"no lesson covers `{topic}` ({about})"
                severity = RULES["uncovered"].severity
                yield Remark(course.document.name, *place, severity, "uncovered", message)


def _broken(catalogue: Catalogue) -> set[Finding]:
    return {finding for info in catalogue.lessons.values() for finding in info.broken}


def _unnamed_folders(course: OpenCourse) -> Iterator[Remark]:
    """Folders that hold lessons and are no track's."""
    tracks = {track.id for track in course.course.tracks}
    for folder in sorted(course.folder.iterdir()):
        if folder.name in tracks or folder.name.startswith(".") or not folder.is_dir():
            continue
        try:
            lessons = lesson_files(folder)
        except OSError:
            continue  # nothing names it, so nothing is missed
        if lessons:
            message = (
                f"this folder holds {lessons[0].name}, but no track of course.yaml has the id"
                f" `{folder.name}`; add the track, or move the lesson"
            )
            yield Remark(str(folder), 0, 0, "error", "course", message)
