"""What `author lint` is pointed at: courses, tracks or lesson files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor.errors import UsageError, nearest


@dataclass(frozen=True)
class LessonFile:
    """A lesson file to look at."""

    path: Path
    """As the user would type it."""
    root: Path | None
    """The course folder that it belongs to; None for a file that lies in no course."""

    @property
    def track(self) -> str:
        """The name of its folder."""
        return self.path.absolute().parent.name


@dataclass(frozen=True)
class Target:
    """Lesson files of one course, or of none."""

    folder: Path | None
    """The course folder; None for files that lie in no course."""
    files: tuple[Path, ...]
    """The lesson files asked for; empty when the whole course was."""


def targets_of(paths: Sequence[Path]) -> list[Target]:
    """Sort what was asked for by course; a course asked for whole stands for its parts.

    Raises:
        UsageError: A path leads to nothing that can be looked at.
    """
    parts: dict[Path | None, list[Path] | None] = {}
    for path in paths:
        folder, files = _target(path)
        if files is None:
            parts[folder] = None
        else:
            known = parts.setdefault(folder, [])
            if known is not None:
                known += files
    return [Target(folder, tuple(dict.fromkeys(files or ()))) for folder, files in parts.items()]


def lesson_files(folder: Path) -> list[Path]:
    """The lesson files of a track's folder, by name.

    Raises:
        OSError: The folder cannot be read.
    """
    return sorted(
        path
        for path in folder.iterdir()
        if path.name.endswith(".yaml") and not path.name.startswith(".")
    )


def _target(path: Path) -> tuple[Path | None, list[Path] | None]:
    """The course that a path belongs to, and the files it names; None for all."""
    try:
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder.{_near(path)}")
        if path.name == "course.yaml":
            return path.parent, None
        if not path.is_dir():
            course = path.absolute().parent.parent
            inside = (course / "course.yaml").is_file()
            return (_up(path, 2) if inside else None), [path]
        if (path / "course.yaml").is_file():
            return path, None
        inside = (path.absolute().parent / "course.yaml").is_file()
        files = lesson_files(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}.") from None
    if not files:
        raise UsageError(
            f"{path}: neither a course (it has no course.yaml) nor a track (it has no lesson)."
            " Name a course folder, a track's folder or a lesson file."
        )
    return (_up(path, 1) if inside else None), files


def _up(path: Path, levels: int) -> Path:
    """The folder `levels` above, as short as the user's own path lets it be."""
    parents = path.parents
    if len(parents) >= levels and ".." not in path.parts:
        return parents[levels - 1]
    return path.absolute().parents[levels - 1]


def _near(path: Path) -> str:
    try:
        names = [other.name for other in path.parent.iterdir()]
    except OSError:
        return ""
    return nearest(path.name, names)
