"""Ways through a course: which lessons and steps a path leads through.

Pure functions of `course.yaml` and of what the catalogue knows of each lesson.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.course.models import Course, CoursePath, FrameworkName, PathPart

if TYPE_CHECKING:
    from tutor.course.catalogue import LessonInfo

WHOLE = "all"
"""Chooses the whole course; no path may be called so."""


@dataclass(frozen=True)
class Stage:
    """One lesson as a path takes it."""

    lesson: str
    """Its id."""
    frameworks: tuple[FrameworkName, ...]
    """Those of the path that the lesson is offered in; the first is the default."""
    steps: tuple[str, ...]
    """Ids of the steps worth doing, in the lesson's order."""
    minutes: int
    """The lesson's, in proportion to its steps."""


def stages_of(
    path: CoursePath, course: Course, lessons: Mapping[str, LessonInfo]
) -> tuple[Stage, ...]:
    """The lessons that a path leads through, without what is not there or has faults."""
    found: dict[str, Stage] = {}
    for _, part in spread(path, course, lessons):
        info = lessons.get(part.lesson or "")
        if info is None or info.id in found:
            continue
        stage = _stage(path, part, info)
        if stage is not None:
            found[info.id] = stage
    return tuple(found.values())


def spread(
    path: CoursePath, course: Course, lessons: Mapping[str, LessonInfo]
) -> Iterator[tuple[int, PathPart]]:
    """The parts of a path, each of one lesson, with their places in the list.

    A track stands for its lessons that are not named by themselves.
    """
    parts = [part_of(entry) for entry in path.lessons]
    named = {part.lesson for part in parts}
    tracks = {track.id: track.lessons for track in course.tracks}
    for place, part in enumerate(parts):
        if part.track is None or part.lesson is not None:
            yield place, part
            continue
        for lesson in tracks.get(part.track, ()):
            info = lessons.get(lesson)
            offered = info is not None and not set(path.frameworks).isdisjoint(info.frameworks)
            if offered and lesson not in named:
                yield place, PathPart(lesson=lesson)


def part_of(entry: str | PathPart) -> PathPart:
    """An entry of a path's `lessons` as a map."""
    return PathPart(lesson=entry) if isinstance(entry, str) else entry


def _stage(path: CoursePath, part: PathPart, info: LessonInfo) -> Stage | None:
    """The lesson as this path takes it; None when nothing of it can be."""
    frameworks: tuple[FrameworkName, ...] = tuple(
        name for name in path.frameworks if name in info.frameworks
    )
    offered = [step for step in info.steps if not set(frameworks).isdisjoint(step.frameworks)]
    steps = tuple(step.id for step in offered if not part.steps or step.id in part.steps)
    if not steps:
        return None
    minutes = max(round(info.minutes * len(steps) / len(offered)), 1)
    return Stage(info.id, frameworks, steps, minutes)
