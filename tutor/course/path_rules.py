"""What is wrong with the paths of a course: names, frameworks and order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tutor.course.catalogue import LessonInfo
from tutor.course.models import Course, CoursePath, PathPart
from tutor.course.paths import WHOLE, part_of, spread
from tutor.course.validate import Fault
from tutor.course.yaml_positions import Keys
from tutor.errors import nearest


def path_faults(course: Course, lessons: Mapping[str, LessonInfo]) -> Iterator[Fault]:
    """What is wrong with the paths of a course, each with its place in `course.yaml`."""
    ids: set[str] = set()
    for row, path in enumerate(course.paths):
        keys: Keys = ("paths", row)
        if path.id == WHOLE:
            message = f"`{WHOLE}` stands for the whole course; give the path another id"
            yield Fault((*keys, "id"), message)
        elif path.id in ids:
            yield Fault((*keys, "id"), f"the id `{path.id}` is taken by another path")
        ids.add(path.id)
        if path.knows in path.frameworks:
            message = f"the path is taken in `{path.knows}`, so it cannot be known already"
            yield Fault((*keys, "knows"), message)
        yield from _part_faults(path, course, lessons, (*keys, "lessons"))
        yield from _order_faults(path, course, lessons, (*keys, "lessons"))


def _part_faults(
    path: CoursePath, course: Course, lessons: Mapping[str, LessonInfo], keys: Keys
) -> Iterator[Fault]:
    tracks = [track.id for track in course.tracks]
    listed = {lesson for track in course.tracks for lesson in track.lessons}
    seen: set[PathPart] = set()
    for index, entry in enumerate(path.lessons):
        part = part_of(entry)
        place = (*keys, index)
        if (part.lesson is None) == (part.track is None):
            found = "neither" if part.lesson is None else "both"
            yield Fault(place, f"a part of a path has `lesson` or `track`; found {found}")
            continue
        name = PathPart(lesson=part.lesson, track=part.track)
        if name in seen:
            yield Fault(place, f"`{part.lesson or part.track}` is here twice")
        seen.add(name)
        if part.track is not None:
            if part.track not in tracks:
                message = f"there is no track `{part.track}`.{nearest(part.track, tracks)}"
                yield Fault((*place, "track"), message)
            if part.steps:
                message = "`steps` go with `lesson`; a track is taken whole"
                yield Fault((*place, "steps"), message, key=True)
            continue
        assert part.lesson is not None
        at = place if isinstance(entry, str) else (*place, "lesson")
        info = lessons.get(part.lesson)
        if info is not None:
            yield from _lesson_faults(path, part, info, at, place)
        elif part.lesson not in listed:  # else its track says that it has no file
            message = f"there is no lesson `{part.lesson}`.{nearest(part.lesson, listed)}"
            yield Fault(at, message)


def _lesson_faults(
    path: CoursePath, part: PathPart, info: LessonInfo, at: Keys, place: Keys
) -> Iterator[Fault]:
    if info.broken:
        return
    taken_in = " or ".join(f"`{name}`" for name in path.frameworks)
    if set(path.frameworks).isdisjoint(info.frameworks):
        yield Fault(at, f"lesson `{info.id}` is not offered in {taken_in}, as this path is taken")
        return
    steps = {step.id: step for step in info.steps}
    for index, name in enumerate(part.steps):
        where = (*place, "steps", index)
        step = steps.get(name)
        if step is None:
            near = nearest(name, steps)
            yield Fault(where, f"lesson `{info.id}` has no step `{name}`.{near}")
        elif set(path.frameworks).isdisjoint(step.frameworks):
            message = f"step `{name}` is not offered in {taken_in}, as this path is taken"
            yield Fault(where, message)
        elif name in part.steps[:index]:
            yield Fault(where, f"`{name}` is here twice")


def _order_faults(
    path: CoursePath, course: Course, lessons: Mapping[str, LessonInfo], keys: Keys
) -> Iterator[Fault]:
    """Lessons that come before one they require.

    Nobody can be asked for what is not offered in the path's frameworks, and who takes the path
    knows what is offered in the framework that they know.
    """
    places = {lesson: place for place, lesson in enumerate(lessons)}
    before: set[str] = set()
    for place, part in spread(path, course, lessons):
        info = lessons.get(part.lesson or "")
        if info is None or set(path.frameworks).isdisjoint(info.frameworks):
            continue
        for required in info.requires:
            needed = lessons.get(required)
            if needed is None or required in before or path.knows in needed.frameworks:
                continue
            if places[required] > places[info.id]:
                continue  # the course itself has them the wrong way round, which is said there
            if not set(path.frameworks).isdisjoint(needed.frameworks):
                message = f"`{info.id}` requires `{required}`, which does not come before it here"
                yield Fault((*keys, place), message)
        before.add(info.id)
