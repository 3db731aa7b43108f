"""The paths of the course that ships: each needs one framework, and asks nothing in another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.course.catalogue import Catalogue, shipped
from tutor.session import Session

COURSE = Catalogue.open(shipped(), None)
PATHS = [path.id for path in COURSE.course.paths]
NAMES = ("torch", "tensorflow", "jax")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = Session.open(home=tmp_path)
    yield session
    session.store.close()


def test_one_for_each_framework_and_one_for_each_direction() -> None:
    directions = [f"{known}-to-{new}" for known in NAMES for new in NAMES if known != new]
    assert sorted(PATHS) == sorted([*NAMES, *directions])


@pytest.mark.parametrize("name", PATHS)
def test_nothing_on_a_path_needs_another_framework(session: Session, name: str) -> None:
    session.choose_path(name)
    assert session.way.path is not None
    (framework,) = session.way.path.frameworks
    assert session.preferred_framework() == framework
    for lesson, stage in session.way.stages.items():
        views = session.step_views(lesson)
        assert tuple(view.ref.step for view in views) == stage.steps
        assert {view.framework for view in views} == {framework}
    asked = session.placement().candidates
    assert {each.framework for each in asked} == {framework}
    for each in asked:
        assert set(each.steps) <= set(session.way.stages[each.lesson].steps)


@pytest.mark.parametrize("name", [name for name in PATHS if "-to-" in name])
def test_who_knows_one_framework_has_less_to_do(session: Session, name: str) -> None:
    known, _, new = name.partition("-to-")
    paths = {path.id: path for path in session.paths()}
    assert paths[name].knows == known
    assert paths[name].exercises < 0.85 * paths[new].exercises
    # What is taught in the new framework alone is all there.
    alone = [info.id for info in COURSE.lessons.values() if info.frameworks == (new,)]
    assert set(alone) <= {lesson for lesson, _ in paths[name].lessons}


def test_every_lesson_is_on_the_path_of_each_of_its_frameworks(session: Session) -> None:
    paths = {path.id: {lesson for lesson, _ in path.lessons} for path in session.paths()}
    for info in COURSE.lessons.values():
        track_of_another = info.track in ("pytorch", "tensorflow", "jax")
        for framework in set(info.frameworks) & set(NAMES):
            if not track_of_another:
                assert info.id in paths[framework], (info.id, framework)


def test_a_placement_test_is_quick() -> None:
    kinds = {
        step.kind
        for info in COURSE.lessons.values()
        for step in info.steps
        if step.id in info.placement
    }
    assert kinds <= {"value", "choose", "order"}
    assert [info.id for info in COURSE.lessons.values() if not info.placement] == []
