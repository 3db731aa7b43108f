"""Adding, updating and removing courses; what fails leaves nothing half done."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tutor.course.links import link_out
from tutor.course.load import load_course
from tutor.course.models import Course
from tutor.elsewhere import git
from tutor.elsewhere.added import SHIPPED_ID, Added, AddedCourses
from tutor.elsewhere.addresses import canonical, is_address, shown
from tutor.elsewhere.contents import Contents, refuse_links_out
from tutor.errors import CourseError, Finding, SourceUnavailable, StateError, UsageError

_STAGING = ".adding-"
_STALE = 3600.0
"""Seconds after which a half-made folder is one that a killed process left."""


@dataclass(frozen=True)
class Change:
    """What an update brought: names of files in the course."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything that can run is other than it was."""
        return bool(self.added or self.changed or self.removed)


class Shelf(AddedCourses):
    """The added courses of one user, to add to and to change."""

    def add(self, source: str, limit: float = git.LIMIT) -> Added:
        """Clone a repository, or take note of a folder. Nothing of the course is run.

        Raises:
            UsageError: `source` is not what can be added, or its id is taken.
            CourseError: It is no course, or a link leads out of it.
            SourceUnavailable: The repository cannot be had.
            StateError: The data folder cannot be written.
        """
        address = is_address(source)
        folder = Path(source).expanduser()
        if not address and _is_bare(folder):
            address, source = True, folder.resolve().as_uri()
        try:
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._sweep()
            staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=self._root))
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            if address:
                git.clone(source, staging / "course", limit)
                return self._shelve(staging, staging / "course", shown(source), cloned=True)
            return self._shelve(staging, folder, str(folder.resolve()), cloned=False)
        except OSError as error:
            raise self._unwritable(error) from None
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _shelve(self, staging: Path, folder: Path, origin: str, *, cloned: bool) -> Added:
        """Make sure that it is a course, and give it its place in one move."""
        course = _sound(folder, origin if cloned else str(folder))
        place = self._root / course.course
        self._free(course, origin)
        kept = place / "course" if cloned else folder.resolve()
        added = Added(
            id=course.course, title=course.title, origin=origin, folder=str(kept), cloned=cloned
        )
        (staging / "origin.json").write_bytes(msgspec.json.format(msgspec.json.encode(added)))
        if place.exists() and self.find(course.course) is None:
            place.rename(staging / "damaged")  # nothing can be opened by it
        try:
            staging.rename(place)  # fails where another process was quicker
        except OSError:
            self._free(course, origin)
            raise
        return added

    def _free(self, course: Course, origin: str) -> None:
        """Refuse an id that another course has."""
        if course.course == SHIPPED_ID:
            raise UsageError(
                f"{origin}: its id, `{SHIPPED_ID}`, is that of the course that comes with fwtutor; "
                "to be added it needs another in course.yaml. `--course` opens it as it is."
            )
        other = self.find(course.course)
        if other is None:
            return
        if canonical(other.origin) == canonical(origin):
            raise UsageError(
                f"`{other.id}` was added already, from {other.origin}; "
                f"`fwtutor course update {other.id}` fetches what is new."
            )
        raise UsageError(
            f"{origin}: its id, `{other.id}`, is taken by the course from {other.origin}; "
            f"`fwtutor course remove {other.id}` makes room."
        )

    def _sweep(self) -> None:
        """Remove what a killed process left half made."""
        for path in self._root.glob(f"{_STAGING}*"):
            if path.stat().st_mtime < time.time() - _STALE:
                shutil.rmtree(path, ignore_errors=True)

    # Updating and removing

    def update(self, name: str, limit: float = git.LIMIT) -> Change:
        """Fetch what is new, and put it in place if it goes on from what is there.

        Raises:
            UsageError: There is no such course, or it is a folder of the user's own.
            SourceUnavailable: The repository cannot be had, or its history was rewritten.
            CourseError: What is new is no course; what was there stays.
        """
        added = self.named(name)
        folder = Path(added.folder)
        if not added.cloned:
            raise UsageError(
                f"`{name}` is read where it is, in {folder}; nothing is to be fetched."
            )
        if not (folder / ".git").is_dir():
            raise UsageError(
                f"The clone of `{name}` in {folder} is damaged; `fwtutor course remove {name}`, "
                f"then `fwtutor course add {added.origin}`."
            )
        old = git.commit(folder)
        new = git.fetch(folder, added.origin, limit)
        if old == new:
            return Change()
        if not git.follows(folder, old, new):
            raise SourceUnavailable(
                f"The history of {added.origin} was rewritten, so `{name}` cannot be brought up to "
                f"date: `fwtutor course remove {name}`, then add it again; your progress stays."
            )
        before = _digests(folder)
        git.move(folder, new)
        try:
            course = _sound(folder, added.origin)
            if course.course != name:
                raise UsageError(
                    f"{added.origin} is now another course, `{course.course}`; `{name}` stays as "
                    "it was."
                )
            self._retitle(added, course.title)
        except BaseException:
            git.move(folder, old)
            raise
        after = _digests(folder)
        return Change(
            added=tuple(file for file in after if file not in before),
            changed=tuple(file for file in after if before.get(file, after[file]) != after[file]),
            removed=tuple(file for file in before if file not in after),
        )

    def remove(self, name: str) -> Added:
        """Forget a course; a clone is deleted, a folder of the user's own stays.

        Raises:
            UsageError: There is no such course.
            StateError: The data folder cannot be written.
        """
        added = self.named(name)
        try:
            # Out of sight in one move: what is killed half-way is swept up later.
            doomed = Path(tempfile.mkdtemp(prefix=_STAGING, dir=self._root))
            (self._root / name).rename(doomed / "course")
            shutil.rmtree(doomed)
        except OSError as error:
            raise self._unwritable(error) from None
        return added

    # Inside

    def _retitle(self, added: Added, title: str) -> None:
        if title == added.title:
            return
        file = self._root / added.id / "origin.json"
        scratch = file.with_suffix(".tmp")
        data = msgspec.json.encode(msgspec.structs.replace(added, title=title))
        scratch.write_bytes(msgspec.json.format(data))
        scratch.replace(file)

    def _unwritable(self, error: OSError) -> StateError:
        return StateError(
            f"The courses in {self._root} cannot be written ({error.strerror or error}); mend "
            "that, or set FWTUTOR_HOME to a folder that can be."
        )


def _sound(folder: Path, name: str) -> Course:
    """The `course.yaml` of a folder that is a course.

    Raises:
        CourseError: It is none, or a link leads out of it; `name` is what it is called.
    """
    try:
        there = any(path.name == "course.yaml" for path in folder.iterdir())
        message = "" if there else "no course: there is no course.yaml at its top"
    except FileNotFoundError:
        message = "there is no such course folder"
    except OSError as error:
        message = f"this course folder cannot be read: {error.strerror}"
    if message:
        raise CourseError([Finding(name, 0, 0, message)])
    try:
        outside = link_out(folder / "course.yaml", folder.resolve())
        if outside is not None:
            raise CourseError([outside])
        course, _ = load_course(folder / "course.yaml")
        refuse_links_out(folder, course)
        return course
    except CourseError as error:
        raise CourseError(_renamed(error.findings, str(folder), name)) from None


def _renamed(findings: tuple[Finding, ...], folder: str, name: str) -> Iterator[Finding]:
    """The findings with the course under the name that the user knows it by."""
    for found in findings:
        path = found.path
        if path.startswith(f"{folder}/") and name != folder:
            path = f"{name}: {path.removeprefix(f'{folder}/')}"
        yield Finding(path, found.line, found.column, found.message)


def _digests(folder: Path) -> dict[str, str]:
    try:
        course, _ = load_course(folder / "course.yaml")
    except CourseError:
        return {}  # somebody broke the clone; an update mends it
    return Contents(folder, course).digests()


def _is_bare(folder: Path) -> bool:
    """Whether this is a repository without files of its own, as a server keeps it."""
    try:
        return (folder / "HEAD").is_file() and (folder / "objects").is_dir()
    except OSError:
        return False
