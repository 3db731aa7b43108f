"""The paths to choose among, with what each of them asks and how far the learner is."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.course.catalogue import Catalogue
from tutor.course.models import FrameworkName
from tutor.course.paths import WHOLE, Stage, stages_of
from tutor.session.model import PathView, Standing
from tutor.session.standings import Done, standing_of
from tutor.session.way import Way


def path_views(
    catalogue: Catalogue, way: Way, done: Done, preferred: FrameworkName | None
) -> tuple[PathView, ...]:
    """Each path, after the whole course."""
    lessons = catalogue.lessons
    every = {
        info.id: standing_of(info, done, preferred, None) for info in lessons.values() if info.steps
    }
    found = [
        PathView(
            id=WHOLE,
            title="The whole course",
            about=catalogue.course.about,
            frameworks=(),
            knows=None,
            lessons=tuple((lesson, standing.steps) for lesson, standing in every.items()),
            minutes=sum(lessons[lesson].minutes for lesson in every),
            chosen=way.path is None,
            **_counts(every.values()),
        )
    ]
    for path in catalogue.course.paths:
        stages = stages_of(path, catalogue.course, lessons)
        found.append(
            PathView(
                id=path.id,
                title=path.title,
                about=path.about,
                frameworks=path.frameworks,
                knows=path.knows,
                lessons=tuple((stage.lesson, stage.steps) for stage in stages),
                minutes=sum(stage.minutes for stage in stages),
                chosen=way.path is not None and way.path.id == path.id,
                **_counts(_on(stages, catalogue, done)),
            )
        )
    return tuple(found)


def _on(stages: Iterable[Stage], catalogue: Catalogue, done: Done) -> Iterable[Standing]:
    return [standing_of(catalogue.lessons[stage.lesson], done, None, stage) for stage in stages]


def _counts(standings: Iterable[Standing]) -> dict[str, int]:
    """How much was done, of how much; what is known asks for nothing more."""
    found = list(standings)
    return {
        "done": sum(standing.done for standing in found),
        "exercises": sum(standing.asked for standing in found),
        "known": sum(standing.known for standing in found),
    }
