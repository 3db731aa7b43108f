"""Paths through a course: what they lead through, and what is said of those that do not fit."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tutor.course.catalogue import Catalogue, shipped
from tutor.course.load import load_course
from tutor.course.paths import Stage, stages_of
from tutor.errors import CourseError

Write = Callable[[str, str], Path]

TRACKS = """\
course: sample
title: A sample
tracks:
  - id: base
    title: Base
    lessons: [arrays, slopes]
  - id: far
    title: Far
    lessons: [engine, maps, both]
"""

LESSONS = {
    "base/01-arrays": ("torch, jax", "", "10"),
    "base/02-slopes": ("torch, jax", "arrays", "10"),
    "far/01-engine": ("torch", "slopes", "10"),
    "far/02-maps": ("jax", "slopes", "10"),
    "far/03-both": ("torch, jax", "engine, maps", "10"),
}
"""File → frameworks, requirements, minutes."""

STEPS = """\
  - read: {id: start, text: Begin.}
  - value: {id: first, ask: One?, answer: "1"}
  - value: {id: second, ask: Two?, answer: "2"}
  - choose: {id: only-torch, ask: Which?, frameworks: [torch], options: [{text: a, right: true, why: b}, {text: c, why: d}]}
"""


@pytest.fixture
def course(write: Write) -> Callable[[str], Catalogue]:
    """Open the sample course with these `paths`."""

    def course(paths: str) -> Catalogue:
        for name, (frameworks, requires, minutes) in LESSONS.items():
            track, lesson = re.fullmatch(r"(\w+)/\d\d-(\w+)", name).groups()  # type: ignore[union-attr]
            steps = STEPS if "torch" in frameworks else STEPS.partition("  - choose")[0]
            head = (
                f"lesson: {lesson}\ntitle: {lesson}\ntrack: {track}\nframeworks: [{frameworks}]\n"
                f"requires: [{requires}]\nminutes: {minutes}\ngoals: [go]\nsteps:\n"
            )
            write(f"course/{name}.yaml", head + steps)
        path = write("course/course.yaml", TRACKS + "paths:\n" + paths)
        return Catalogue.open(path.parent, None)

    return course


def said(catalogue: Catalogue) -> list[str]:
    return [re.sub(r"^.*course\.yaml:", "", str(finding)) for finding in catalogue.findings]


def stages(catalogue: Catalogue, index: int = 0) -> tuple[Stage, ...]:
    paths = catalogue.course.paths
    return stages_of(paths[index], catalogue.course, catalogue.lessons)


def test_a_path_leads_through_lessons_steps_and_tracks(
    course: Callable[[str], Catalogue],
) -> None:
    catalogue = course(
        "  - id: jax\n    title: JAX\n    frameworks: [jax]\n    lessons:\n"
        "      - {lesson: arrays, steps: [second, start]}\n      - slopes\n"
        "      - {lesson: both, steps: [first]}\n      - track: far\n"
    )
    assert said(catalogue) == [
        "17:9: `both` requires `maps`, which does not come before it here",
    ]
    found = stages(catalogue)
    assert [stage.lesson for stage in found] == ["arrays", "slopes", "both", "maps"]
    assert found[0] == Stage("arrays", ("jax",), ("start", "second"), 7)
    assert found[1].steps == ("start", "first", "second")
    assert found[1].minutes == 10


def test_what_is_known_need_not_come_before(course: Callable[[str], Catalogue]) -> None:
    path = "  - id: over\n    title: Over\n    frameworks: [jax]\n{}    lessons: [maps, both]\n"
    assert said(course(path.format("    knows: torch\n"))) == []
    assert said(course(path.format(""))) == [
        "14:15: `maps` requires `slopes`, which does not come before it here"
    ]


@pytest.mark.parametrize(
    ("part", "finding"),
    [
        ("array", "15:9: there is no lesson `array`. Did you mean `arrays`?"),
        ("engine", "15:9: lesson `engine` is not offered in `jax`, as this path is taken"),
        (
            "{lesson: arrays, steps: [frist]}",
            "15:34: lesson `arrays` has no step `frist`. Did you mean `first`?",
        ),
        (
            "{lesson: arrays, steps: [only-torch]}",
            "15:34: step `only-torch` is not offered in `jax`, as this path is taken",
        ),
        ("{lesson: arrays, steps: [first, first]}", "15:41: `first` is here twice"),
        ("{track: fat}", "15:17: there is no track `fat`. Did you mean `far`?"),
        ("{steps: [first]}", "15:9: a part of a path has `lesson` or `track`; found neither"),
        (
            "{lesson: arrays, track: far}",
            "15:9: a part of a path has `lesson` or `track`; found both",
        ),
        (
            "{track: base, steps: [first]}",
            "15:23: `steps` go with `lesson`; a track is taken whole",
        ),
    ],
)
def test_faults_have_their_place(
    course: Callable[[str], Catalogue], part: str, finding: str
) -> None:
    catalogue = course(
        f"  - id: jax\n    title: JAX\n    frameworks: [jax]\n    lessons:\n      - {part}\n"
    )
    assert said(catalogue) == [finding]
    stages(catalogue)  # what is amiss is left out


def test_ids_and_what_is_known(course: Callable[[str], Catalogue]) -> None:
    path = "  - {{id: {}, title: T, frameworks: [torch], knows: {}, lessons: [arrays]}}\n"
    made = path.format("all", "torch") + path.format("b", "jax") + path.format("b", "jax")
    assert said(course(made)) == [
        "11:10: `all` stands for the whole course; give the path another id",
        "11:53: the path is taken in `torch`, so it cannot be known already",
        "13:10: the id `b` is taken by another path",
    ]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("frameworks: [tortch]", "unknown `tortch`; expected "),
        ("lesons: [arrays]", "unknown field `lesons`. Did you mean `lessons`?"),
        ("lessons: []", "expected at least 1 here, found 0"),
        ("lessons: [3]", "expected text or a map, found number `3`; put it in quotes"),
        ("lessons: [{leson: arrays}]", "unknown field `leson`. Did you mean `lesson`?"),
    ],
)
def test_what_the_model_refuses(write: Write, field: str, message: str) -> None:
    head = "paths:\n  - {id: a, title: A, " + field + "}\n"
    path = write("course.yaml", TRACKS + head)
    with pytest.raises(CourseError) as caught:
        load_course(path)
    assert any(message in str(finding) for finding in caught.value.findings)


def test_paths_are_kept_in_the_index_and_looked_at_again_when_a_lesson_changes(
    course: Callable[[str], Catalogue], tmp_path: Path
) -> None:
    path = (
        "  - {id: jax, title: JAX, frameworks: [jax], "
        "lessons: [{lesson: arrays, steps: [first]}]}\n"
    )
    folder = course(path).folder
    cache = tmp_path / "cache"
    for _ in range(2):
        again = Catalogue.open(folder, cache)
        assert again.findings == ()
        assert [stage.steps for stage in stages(again)] == [("first",)]
    lesson = folder / "base" / "01-arrays.yaml"
    lesson.write_text(lesson.read_text().replace("id: first", "id: other"))
    for _ in range(2):
        again = Catalogue.open(folder, cache)
        assert [finding.message for finding in again.findings] == [
            "lesson `arrays` has no step `first`."
        ]
        assert stages(again) == ()


def test_the_example_of_the_authors_page_is_a_path() -> None:
    page = (shipped() / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yml\n(.*?)```", page, flags=re.DOTALL)
    import yaml

    (path,) = yaml.safe_load(example)["paths"]
    catalogue = Catalogue.open(shipped(), None)
    for entry in path["lessons"]:
        part = {"lesson": entry} if isinstance(entry, str) else entry
        if "lesson" in part:
            known = {step.id for step in catalogue.lessons[part["lesson"]].steps}
            assert set(part.get("steps", ())) <= known
        else:
            assert part["track"] in {track.id for track in catalogue.course.tracks}


def test_placement_by_default_is_the_last_quick_exercises(
    course: Callable[[str], Catalogue],
) -> None:
    catalogue = course("  - {id: jax, title: JAX, frameworks: [jax], lessons: [arrays]}\n")
    assert catalogue.lessons["arrays"].placement == ("first", "second")


@pytest.mark.parametrize(
    ("placement", "found"),
    [
        ("[first]", []),
        ("[third]", ["1: this lesson has no step `third`."]),
        ("[start]", ["1: `start` asks nothing; name an exercise"]),
        ("[first, first]", ["1: `first` is here twice"]),
        ("[only-torch]", ["1: expected one or two exercises for `jax`, found none"]),
    ],
)
def test_faults_in_placement(write: Write, placement: str, found: list[str]) -> None:
    from tutor.course.load import load_lesson

    head = (
        f"placement: {placement}\nlesson: x\ntitle: X\ntrack: t\nframeworks: [torch, jax]\n"
        "minutes: 5\ngoals: [go]\nsteps:\n"
    )
    path = write("01-x.yaml", head + STEPS)
    try:
        assert load_lesson(path).placement == ("first",)
        got: list[str] = []
    except CourseError as error:
        got = [f"{finding.line}: {finding.message}" for finding in error.findings]
    assert [message for message in got if "expected one" not in message or len(found) == 1] == found
