"""The courses that were added, as they lie below the user's data folder.

``courses/<id>/origin.json`` says where one comes from, and ``courses/<id>/course/`` is the clone; a
folder that was added by its path stays where it is. Imports little: the map of lessons asks too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from tutor.course.catalogue import shipped
from tutor.errors import UsageError, nearest

FOLDER = "courses"
"""Its name below the user's data folder."""

SHIPPED_ID = "fwtutor"
"""The id of the course that comes with fwtutor."""


class Added(Struct, frozen=True, kw_only=True):
    """An added course, as `origin.json` keeps it."""

    id: str
    """Its id, which is the name of its folder too."""
    title: str
    """As it was when it was added or updated."""
    origin: str
    """The address that it was cloned from, without a password; or its folder."""
    folder: str
    """The course folder."""
    cloned: bool
    """Whether fwtutor made that folder, and may update and remove it."""


@dataclass(frozen=True)
class Shelved:
    """A course that can be opened, as a list of them shows it."""

    id: str
    title: str
    """For an added course, as it was when it was added or updated."""
    origin: str
    """Empty for the course that came with fwtutor."""
    folder: Path


class AddedCourses:
    """The added courses of one user, to look at."""

    def __init__(self, data: Path) -> None:
        """Look below the user's data folder; it need not exist."""
        self._root = data / FOLDER

    def courses(self) -> list[Added]:
        """Every added course, by id."""
        try:
            names = sorted(path.name for path in self._root.iterdir())
        except OSError:
            return []
        return [found for name in names if (found := self._read(name)) is not None]

    def shelved(self) -> tuple[Shelved, ...]:
        """The course that came with fwtutor, then those added; no lesson is read.

        Empty while none was added.
        """
        added = [Shelved(a.id, a.title, a.origin, Path(a.folder)) for a in self.courses()]
        return (Shelved(SHIPPED_ID, SHIPPED_ID, "", shipped()), *added) if added else ()

    def find(self, name: str) -> Added | None:
        """The course with an id; None when none was added under it."""
        return self._read(name) if name and "/" not in name and name[0] != "." else None

    def named(self, name: str) -> Added:
        """The course with an id.

        Raises:
            UsageError: None was added under it.
        """
        found = self.find(name)
        if found is None:
            near = nearest(name, [course.id for course in self.courses()])
            raise UsageError(
                f"No course `{name}` was added.{near} `fwtutor course list` names them all."
            )
        return found

    def locate(self, course: Path) -> Path:
        """The folder of what `--course` names: a folder, or the id of a course.

        A folder with a `course.yaml` comes first.

        Raises:
            UsageError: It is a word that names neither.
        """
        name = str(course)
        try:
            if course.absolute().parent != Path.cwd() or (course / "course.yaml").exists():
                return course
        except OSError:
            return course  # which says why it cannot be read when it is opened
        if name == SHIPPED_ID:
            return shipped()
        found = self.find(name)
        if found is not None:
            return Path(found.folder)
        if course.exists():
            return course
        near = nearest(name, [SHIPPED_ID, *(added.id for added in self.courses())])
        raise UsageError(
            f"`{name}` is neither a course folder here nor a course that was added.{near} "
            "`fwtutor course list` names them all."
        )

    def added_in(self, folder: Path) -> Added | None:
        """The added course that lies in a folder; None when it was not added."""
        place = folder.resolve()
        return next((a for a in self.courses() if Path(a.folder).resolve() == place), None)

    def origin_of(self, folder: Path) -> str:
        """Where the course in a folder comes from: the address it was cloned from, or its place."""
        added = self.added_in(folder)
        return added.origin if added is not None else str(folder.resolve())

    def _read(self, name: str) -> Added | None:
        if name.startswith("."):
            return None
        try:
            data = (self._root / name / "origin.json").read_bytes()
            added = msgspec.json.decode(data, type=Added)
        except (OSError, ValueError, msgspec.MsgspecError):
            return None
        if not added.cloned:
            return msgspec.structs.replace(added, id=name)
        # The folder is ours to delete: never believe a file about where it is.
        place = str(self._root / name / "course")
        return msgspec.structs.replace(added, id=name, folder=place)
