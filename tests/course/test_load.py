from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.course.load import load_course, load_lesson, parse_lesson
from tutor.course.models import KINDS, Choose, Code, Lesson, LessonHead, Order, Read, Value
from tutor.errors import CourseError

Parse = Callable[..., Lesson]
Findings = Callable[..., list[str]]

NO_ID = "cannot be an id; expected lower-case words joined by hyphens, such as `first-gradient`"

READ = "- read: Some text.\n"


# --- what loads


def test_every_kind_of_step(parse: Parse) -> None:
    lesson = parse(
        READ,
        """\
        - read: {text: {torch: T, jax: J}, id: intro, given: print(1)}
        """,
        """\
        - value: {id: v, ask: How many?, given: a = 1, answer: a, form: number, rtol: 1e-3}
        """,
        """\
        - code:
            id: c
            ask: Write it.
            task: fill
            inputs: {x: "normal(8, 3)", y: normal(8), n: "whole(1, 5)"}
            variants:
              torch: {starter: f = ____, solution: f = x}
            checks: [{that: f, is: 1}, {that: f, at_least: 1, at_most: 2}]
        """,
        """\
        - choose:
            id: ch
            ask: Which?
            options: [{text: a, right: true, why: yes}, {text: b, right: x == 1, why: no}]
        """,
        """\
        - order:
            id: o
            ask: Order.
            lines: ["a = 1", "b = a"]
            distractors: [{line: "b = 2", why: No.}]
        """,
        """\
        - measure:
            id: m
            ask: How fast?
            given: t = 1
            results: "{'a': t}"
            unit: ms
            answer: t
        """,
    )
    kinds = [type(step) for step in lesson.steps]
    assert kinds == [Read, *KINDS.values()]
    assert lesson.steps[0] == Read(text="Some text.")
    code, choose = lesson.steps[3], lesson.steps[4]
    assert isinstance(code, Code)
    assert code.inputs["y"] == "normal(8)"  # `y` is text, and a name like any other
    assert code.checks[0].is_ == 1
    assert isinstance(choose, Choose)
    assert choose.options[0].why == "yes"
    assert isinstance(lesson.steps[2], Value)
    assert lesson.steps[2].rtol == 1e-3
    assert isinstance(lesson.steps[5], Order)


def test_defaults_and_head(parse: Parse) -> None:
    lesson = parse(READ)
    assert lesson.frameworks == ("torch", "jax")
    assert lesson.requires == ()
    assert lesson.sources == ()
    assert isinstance(lesson, LessonHead)


def test_the_file_name_gives_the_id(tmp_path: Path, write: Callable[[str, str], Path]) -> None:
    text = (
        "lesson: sample\ntitle: S\ntrack: t\nframeworks: [torch]\nminutes: 5\ngoals: [g]\n"
        "steps:\n  - read: x\n"
    )
    for name in ("sample.yaml", "07-sample.yaml", "107-sample.yaml"):
        assert load_lesson(write(name, text)).lesson == "sample"
    with pytest.raises(CourseError) as caught:
        load_lesson(write("08-other.yaml", text))
    assert str(caught.value) == (
        f"{tmp_path}/08-other.yaml:1:9: the lesson is `sample` but its file is named `other`; "
        "the two must agree"
    )


# --- faults of shape


def test_faults_in_the_head(findings: Findings) -> None:
    head = """\
lesson: Not A Slug
titel: A sample
track: 3
frameworks: [torch, pytorch, tf]
minutes: ten
goals: []
steps:
"""
    assert findings(READ, head=head) == [
        "1:1: the field `title` is missing; expected text",
        f"1:9: `Not A Slug` {NO_ID}",
        "2:1: unknown field `titel`. Did you mean `title`?",
        "3:8: expected text, found number `3`; put it in quotes",
        "4:21: unknown `pytorch`; expected `jax`, `numpy`, `tensorflow` or `torch`. Did you mean `torch`?",
        "4:30: unknown `tf`; expected `jax`, `numpy`, `tensorflow` or `torch`.",
        "5:10: expected a whole number, found text `ten`",
        "6:8: expected at least 1 here, found 0",
    ]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("- vlaue: {id: a}", "8:5: unknown kind of step `vlaue`; expected one of `read`, `value`, `code`, `choose`, `order`, `measure`. Did you mean `value`?"),
        ("- just text", "8:5: a step is a map with one key, its kind, such as `- value:` with its fields below"),
        ("- {}", "8:5: a step is a map with one key, its kind; found none"),
        ("- value:\n  id: a\n  ask: b", "8:5: the fields of this step must be indented further than `value:`"),
        ("- read: a\n  value: b", "8:5: a step is a map with one key, its kind; found `read`, `value`"),
        ("- read:", "8:5: expected text or a map, found nothing"),
        ("- read: 3", "8:11: expected text or a map, found number `3`"),
        ("- read: {text: a, seconds: 0}", "8:30: expected a number, more than 0 and at most 600, found number `0`"),
        ("- read: {text: a, seconds: ten}", "8:30: expected a number, found text `ten`"),
        ("- read: {text: a, id: b, titel: c}", "8:28: unknown field `titel`. Did you mean `title`?"),
        ("- read: {text: [a]}", "8:18: expected text or a map with one entry for each framework, found a list"),
        ("- read: {text: 3}", "8:18: expected text or a map with one entry for each framework, found number `3`; put it in quotes"),
        ("- read: {text: {pytorch: a, torch: b, jax: c}}", "8:19: unknown framework `pytorch`; expected `jax`, `numpy`, `tensorflow` or `torch`. Did you mean `torch`?"),
        ("- read: {text: {torch: 1, jax: b}}", "8:26: expected text, found number `1`; put it in quotes"),
        ("- read: ''", "8:11: expected text or a map, found empty text"),
        ("- value: {id: a, ask: b}", "8:5: the field `answer` is missing; expected text or a map with one entry for each framework"),
        ("- value: {id: a, ask: b, answer: c, form: nubmer}", "8:45: unknown `nubmer`; expected `bool`, `device`, `exception`, `list`, `number`, `shape`, `text` or `dtype`. Did you mean `number`?"),
        ("- value: {id: a, ask: b, answer: c, mistakes: {say: d}}", "8:49: expected a list, found a map"),
        ("- value: {id: a, ask: b, answer: c, mistakes: [{say: d, answer: 7}]}", "8:67: expected text, found number `7`; put it in quotes"),
        ("- value: {id: a, ask: b, answer: c, needs: {device: tpu}}", "8:55: unknown `tpu`; expected `gpu` or `gpus`. Did you mean `gpu`?"),
        ("- choose: {id: a, ask: b, options: [{text: c, right: true, why: d}]}", "8:38: expected at least 2 here, found 1"),
        ("- choose: {id: a, ask: b, several: yes, options: [{text: c, right: true, why: d}, {text: c, why: d}]}", "8:38: expected true or false, found text `yes`"),
        ("- value: {id: a" + "b" * 48 + ", ask: b, answer: c}", "8:17: an id of 49 characters; expected at most 48"),
    ],
)  # fmt: skip
def test_faults_in_a_step(findings: Findings, step: str, expected: str) -> None:
    found = findings(step)
    if "form: nubmer" in step:  # msgspec orders the choices as it likes
        assert found[0].startswith("8:45: unknown `nubmer`; expected")
        assert found[0].endswith("Did you mean `number`?")
    else:
        assert found == [expected]


def test_an_id_may_not_end_in_a_line_break(findings: Findings) -> None:
    (only,) = findings("- value:\n    id: |\n      a\n    ask: b\n    answer: c\n")
    assert only.startswith("9:11: `a` cannot be an id")


def test_faults_of_all_steps_are_told_in_file_order(findings: Findings) -> None:
    found = findings(
        "- value: {id: a, ask: b, answer: 'c +', extra: 1}",
        "\n- value: {id: d, ask: b, answer: 'c +'}",
        "\n- nothing: 1",
        head="lesson: sample\nminutes: 1000\nsteps:\n",
    )
    assert [line.split(": ")[0] for line in found] == [
        *["1:1"] * 4, "2:10", "4:43", "5:36", "6:5",
    ]  # fmt: skip


def test_no_steps(findings: Findings) -> None:
    head = "lesson: sample\ntitle: T\ntrack: t\nframeworks: [torch]\nminutes: 5\ngoals: [g]\n"
    assert findings(head=head) == ["1:1: the field `steps` is missing; expected a list"]
    for steps in ("steps: []", "steps:", "steps: text", "steps: {read: a}"):
        (only,) = findings(head=head + steps)
        assert "expected a list of steps" in only


@pytest.mark.parametrize("text", ["- a\n- b", "text", "3"])
def test_not_a_map(text: str, findings: Findings) -> None:
    (only,) = findings(head=text)
    assert only == "1:1: expected a map that begins with `lesson:`"


def test_numbers_beyond_bounds(findings: Findings) -> None:
    number = "9" * 400
    (only,) = findings(f"- value: {{id: a, ask: b, answer: c, rtol: {number}}}")
    assert only == "8:45: a number of 400 digits is too large"


def test_the_pure_parser_reads_the_same(
    parse: Parse, findings: Findings, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = "- value:\n    id: a\n    ask: |\n      Text\n    answer: c\n    rtol: 1e-3\n"
    fast, fast_faults = parse(step), findings(step + "    x: 1\n")
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert parse(step) == fast
    assert findings(step + "    x: 1\n") == fast_faults


# --- course.yaml


def test_a_course(write: Callable[[str, str], Path]) -> None:
    path = write(
        "course.yaml", "course: c\ntitle: C\ntracks: [{id: t, title: T, lessons: [a, b]}]\n"
    )
    course, document = load_course(path)
    assert course.tracks[0].lessons == ("a", "b")
    assert document.place(("tracks", 0, "lessons", 1)) == (3, 41)


def test_faults_in_a_course(write: Callable[[str, str], Path]) -> None:
    path = write("course.yaml", "curse: c\ntitle: C\ntracks: [{id: T T, lessons: [a]}]\n")
    with pytest.raises(CourseError) as caught:
        load_course(path)
    assert [str(f).removeprefix(f"{path}:") for f in caught.value.findings] == [
        "1:1: unknown field `curse`. Did you mean `course`?",
        "1:1: the field `course` is missing; expected text",
        "3:10: the field `title` is missing; expected text",
        f"3:15: `T T` {NO_ID}",
    ]
    with pytest.raises(CourseError, match="begins with `course:`"):
        load_course(write("course.yaml", "[1]"))


# --- never anything but CourseError

FIELDS = sorted(
    {name for model in KINDS.values() for name in model.__struct_encode_fields__}
    | set(Lesson.__struct_encode_fields__)
    | {"torch", "jax", "that", "is", "say", "line", "why", "starter", "solution", "pytorch"}
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(
        ["torch", "jax", "a", "x + 1", "x +", "normal(3)", "number", "", "____", "a-b"]
    ),
    st.text(max_size=5),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    ),
    max_leaves=15,
)


@st.composite
def lessons(draw: st.DrawFn) -> dict[str, object]:
    """Data shaped like a lesson, with things where they do not belong."""
    kind = st.sampled_from([*KINDS, "vlaue"])
    fields = st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=8)
    steps = draw(
        st.lists(st.dictionaries(kind, st.one_of(fields, ANYTHING), max_size=2), max_size=3)
    )
    head = {"lesson": "a", "title": "A", "track": "t", "frameworks": ["torch", "jax"],
            "minutes": 5, "goals": ["g"], "steps": steps}  # fmt: skip
    head.update(draw(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=2)))
    return head


@settings(suppress_health_check=[HealthCheck.too_slow])  # of a busy machine, not of the data
@given(lessons())
def test_any_data_either_loads_or_says_why(data: dict[str, object]) -> None:
    text = yaml.safe_dump(data, allow_unicode=True)
    found = loaded_or_error(text.encode())
    if isinstance(found, CourseError):
        assert found.findings
        for finding in found.findings:
            assert finding.message
            assert " - at `$" not in finding.message  # msgspec's words: a fault we did not explain


def loaded_or_error(raw: bytes) -> Lesson | CourseError:
    try:
        return parse_lesson(raw, "f", None)
    except CourseError as error:
        return error


@given(ANYTHING)
def test_any_option_says_why(data: object) -> None:
    step = {"choose": {"id": "a", "ask": "b", "options": [data, data]}}
    text = msgspec.json.encode(
        {"lesson": "a", "title": "A", "track": "t", "frameworks": ["torch"], "minutes": 5,
         "goals": ["g"], "steps": [step]}
    )  # fmt: skip
    if b"\\ud" in text or _has_nan(data):
        return
    found = loaded_or_error(text)
    assert isinstance(found, Lesson) or found.findings


def _has_nan(data: object) -> bool:
    return isinstance(data, float) and not math.isfinite(data)


@given(st.text(alphabet="lesontpr:- |>{}[]&*!\n\t\"'", max_size=60))
def test_any_text(text: str) -> None:
    with pytest.raises(CourseError):
        parse_lesson(text.encode(), "f", None)
