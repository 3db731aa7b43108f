"""The authors' page says what the code does."""

from __future__ import annotations

import re

import pytest

from tutor.course.catalogue import shipped
from tutor.course.inputs import fault_in
from tutor.course.load import parse_lesson
from tutor.course.models import (
    KINDS,
    Check,
    CodeMistake,
    Distractor,
    Exercise,
    LessonHead,
    Mistake,
    Needs,
    Option,
    Show,
    Step,
    Variant,
)
from tutor.course.resolve import kind_of
from tutor.runtime.worker import inputs as worker_inputs

PAGE = (shipped() / "README.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"`([^`\n]+)`", PAGE))
NAMES = {name for word in WORDS for name in re.findall(r"[a-z_]+", word)}


def example() -> bytes:
    (found,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    return found.encode()


def test_the_example_loads() -> None:
    lesson = parse_lesson(example(), "README.md", "scaling")
    kinds = {kind_of(step) for step in lesson.steps}
    assert kinds == {"read", "value", "code", "choose"}
    assert all(step.explain or step.hints for step in lesson.steps if has_hints(step))


def has_hints(step: Step) -> bool:
    return kind_of(step) in ("value", "code")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_lists_its_fields(kind: str) -> None:
    (row,) = re.findall(rf"^\| `{kind}` \|.*$", PAGE, flags=re.MULTILINE)
    named = set(re.findall(r"`(\w+)`", row)) - {kind}
    own = set(KINDS[kind].__struct_encode_fields__) - set(Exercise.__struct_encode_fields__)
    if kind == "read":
        own |= {"id", "title", "frameworks", "needs", "seconds", "show"}
    assert named == own


@pytest.mark.parametrize(
    "model",
    [LessonHead, Exercise, Needs, Variant, Option, Distractor, Check, Mistake, CodeMistake, Show],
)
def test_every_field_is_named(model: type[Check]) -> None:
    assert set(model.__struct_encode_fields__) <= NAMES


def test_the_generators_are_right() -> None:
    shown = {word for word in WORDS if re.match(rf"({'|'.join(worker_inputs.OPTIONS)})\(", word)}
    assert len(shown) >= len(worker_inputs.OPTIONS)
    assert [word for word in shown if fault_in(word)] == []
    assert {word.partition("(")[0] for word in shown} == set(worker_inputs.OPTIONS)
    for word in shown:
        spec = worker_inputs.parse(word)
        for option in re.findall(r"(\w+)=", word):
            assert spec.options[option] == worker_inputs.OPTIONS[spec.kind][option]
