"""A course that did not come with fwtutor: whether it may run, and whose record is whose."""

from __future__ import annotations

import hashlib
import os
import shlex
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tutor.course.catalogue import Catalogue, shipped
from tutor.elsewhere.added import SHIPPED_ID, AddedCourses
from tutor.elsewhere.addresses import canonical
from tutor.elsewhere.contents import Contents
from tutor.errors import CourseError, StateError, UsageError
from tutor.progress.store import Store


@dataclass(frozen=True)
class Runs:
    """How much of a course can run."""

    lessons: int
    exercises: int
    programs: int
    """An exercise counts once for each framework that it is offered in."""

    @classmethod
    def of(cls, catalogue: Catalogue) -> Runs:
        """Count from the index, without reading a lesson."""
        steps = [step for info in catalogue.lessons.values() for step in info.steps]
        exercises = [step for step in steps if step.exercise]
        programs = sum(len(step.frameworks) for step in exercises)
        return cls(len(catalogue.lessons), len(exercises), programs)

    def __str__(self) -> str:
        parts = (
            (self.lessons, "lesson"),
            (self.exercises, "exercise"),
            (self.programs, "program"),
        )
        first, second, third = (f"{count} {word}{'s' * (count != 1)}" for count, word in parts)
        return f"{first}, {second}, {third}"


class Trust:
    """Whether the code of one course may run, as the learner said; asked for by its content."""

    def __init__(self, catalogue: Catalogue, store: Store, origin: str, name: str) -> None:
        self.origin = origin
        """Where the course comes from, as people write it."""
        self._name = name
        self._catalogue = catalogue
        self._contents = Contents(catalogue.folder, catalogue.course)
        self._store = store
        self._course = catalogue.course.course
        self._granted = ""
        """The content that may run in this process, whatever the record says."""

    @property
    def granted(self) -> bool:
        """Whether what lies in the course's folder now may run."""
        now = self._contents.fingerprint()
        if now != self._granted and self._store.trusts(self._course, now):
            self._granted = now
        return now == self._granted

    def grant(self, *, remember: bool = True) -> None:
        """Let what lies there now run; in this process only, unless it is remembered.

        Raises:
            StateError: The record cannot be written; it may run all the same.
        """
        self._granted = self._contents.fingerprint()
        if remember:
            self._store.trust(self._course, self._granted)

    @property
    def changed(self) -> bool:
        """Whether another version of it was trusted."""
        return self._store.trusts(self._course)

    def question(self) -> str:
        """What the learner is asked, without the question mark's sentence."""
        course = self._catalogue.course
        again = " Its files changed since you let it run." if self.changed else ""
        return (
            f"“{course.title}” did not come with fwtutor: it is from {self.origin}.{again}\n\n"
            f"It holds {Runs.of(self._catalogue)}. They run as Python under your name, and can "
            "read, change and send whatever you can: fwtutor contains accidents, it is no "
            "sandbox. You are asked again when its files change."
        )

    def refusal(self) -> str:
        """Why nothing was run, and what to do, in one sentence."""
        why = "changed since you trusted it" if self.changed else "is not trusted yet"
        return (
            f"Nothing was run: the course from {self.origin} did not come with fwtutor, and its "
            f"code ({Runs.of(self._catalogue)}) {why}; read it, then "
            f"`fwtutor course trust {self._name}`, or give `--trust` for this once."
        )


@dataclass(frozen=True)
class Foreign:
    """What a session needs to know of a course that did not come with fwtutor."""

    record: str
    """The name under which its record is kept."""
    notice: str
    """A sentence to show once; usually empty."""
    trust: Trust

    @classmethod
    def of(cls, catalogue: Catalogue, store: Store, data: Path) -> Foreign | None:
        """None for the course that came with fwtutor."""
        if is_shipped(catalogue.folder):
            return None
        courses = AddedCourses(data)
        trust = trust_in(catalogue, store, courses)
        record, notice = bind(catalogue, trust.origin, store, courses)
        return cls(record, notice, trust)


def trust_in(catalogue: Catalogue, store: Store, courses: AddedCourses) -> Trust:
    """The question of trust about a course that did not come with fwtutor."""
    added = courses.added_in(catalogue.folder)
    name = added.id if added else shlex.quote(str(catalogue.folder))
    return Trust(catalogue, store, courses.origin_of(catalogue.folder), name)


def bind(catalogue: Catalogue, origin: str, store: Store, courses: AddedCourses) -> tuple[str, str]:
    """Find the name under which this course's record is kept.

    It is the course's id, unless a course from another place has that already.

    Returns:
        The name, and a sentence to show once, or an empty string.
    """
    course = catalogue.course.course
    place = canonical(origin)
    own = f"{course}@{hashlib.sha256(place.encode('utf-8', 'replace')).hexdigest()[:8]}"
    bound = store.origin(course)
    if course != SHIPPED_ID and (not bound or bound == place):
        _bind(store, course, place, bound)
        return course, ""
    known = store.origin(own)
    if known:
        return own, ""
    if course != SHIPPED_ID and bound.startswith("/") and not _is_there(bound, course, courses):
        _bind(store, course, place, bound)
        return course, (
            f"The course `{course}` was in {bound}, and is gone from there: its record goes on "
            f"with {origin}."
        )
    _bind(store, own, place, known)
    other = "the course that comes with fwtutor" if course == SHIPPED_ID else bound
    return own, (
        f"`{course}` is also the id of {other}, so this course, from {origin}, has a record of "
        "its own."
    )


def _bind(store: Store, name: str, place: str, bound: str) -> None:
    if place != bound:
        with suppress(StateError):  # the record says so itself, at the learner's first keystroke
            store.bind(name, place)


def _is_there(place: str, course: str, courses: AddedCourses) -> bool:
    """Whether a course with this id still lies in a folder, or was added from there."""
    if any(canonical(added.origin) == place for added in courses.courses()):
        return True
    from tutor.course.load import load_course  # 7 ms, and two courses of one id are rare

    try:
        return load_course(Path(place) / "course.yaml")[0].course == course
    except CourseError:
        return False


def is_shipped(folder: Path) -> bool:
    """Whether this is the folder of the course that came with fwtutor."""
    return folder.resolve() == shipped().resolve()


def require_own(files: Iterable[Path], courses: AddedCourses) -> None:
    """Refuse to run an author's tools, without `--trust`, on what is not the user's own.

    Their own is what came with fwtutor, and a file that belongs to them and was not cloned by
    `fwtutor course add`.

    Raises:
        UsageError: A file is somebody else's.
    """
    theirs = shipped().resolve()
    clones = [
        (Path(added.folder).resolve(), added.origin) for added in courses.courses() if added.cloned
    ]
    for file in files:
        place = file.resolve()
        if place.is_relative_to(theirs):
            continue
        for folder, origin in clones:
            if place.is_relative_to(folder):
                raise UsageError(
                    f"{file} was cloned from {origin}, and its code would run as you: read it, "
                    "then give `--trust`."
                )
        if place.stat().st_uid != os.getuid():
            raise UsageError(
                f"{file} belongs to another user, and its code would run as you: read it, then "
                "give `--trust`."
            )
