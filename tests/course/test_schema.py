from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tutor.course.catalogue import shipped
from tutor.course.models import KINDS, Course, Exercise, LessonHead
from tutor.course.schema import course_schema, lesson_schema
from tutor.course.yaml_positions import parse_yaml, read_yaml

HEAD = {
    "lesson": "a", "title": "A", "track": "t", "frameworks": ["torch", "jax"], "minutes": 5,
    "goals": ["g"],
}  # fmt: skip
CHOICE = {"id": "a", "ask": "b", "options": [{"text": "c", "right": True, "why": "d"}] * 2}


@pytest.fixture(scope="module")
def lessons() -> Draft202012Validator:
    schema = lesson_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("path", sorted(shipped().glob("*/*.yaml")), ids=lambda path: path.stem)
def test_shipped_lessons_fit(lessons: Draft202012Validator, path: Path) -> None:
    errors = [error.message for error in lessons.iter_errors(read_yaml(path).data)]
    assert errors == []


def test_the_shipped_course_fits() -> None:
    schema = course_schema()
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(read_yaml(shipped() / "course.yaml").data)
    assert not Draft202012Validator(schema).is_valid({"course": "a", "title": "A", "tracks": []})


@pytest.mark.parametrize(
    "step",
    [
        {"read": "Text."},
        {"read": {"text": {"torch": "T", "jax": "J"}, "given": "print(1)"}},
        {"value": {"id": "a", "ask": "b", "answer": {"torch": "c"}, "rtol": 1e-3}},
        {"choose": CHOICE},
        {"choose": {**CHOICE, "needs": {"device": "gpu", "packages": ["optax"]}}},
        {"order": {"id": "a", "ask": "b", "lines": ["c", "d"], "distractors": {"jax": [{"line": "e", "why": "f"}]}}},
        {"order": {"id": "a", "ask": "b", "lines": {"torch": ["c", "d"]}}},
        {"code": {"id": "a", "ask": "b", "inputs": {"any_name": "normal(3)"}, "variants": {"jax": {"starter": "c", "solution": "d"}}, "checks": [{"that": "e", "is": 3}]}},
        {"measure": {"id": "a", "ask": "b", "given": "c", "results": "d", "answer": "e"}},
    ],
)  # fmt: skip
def test_good_steps_fit(lessons: Draft202012Validator, step: object) -> None:
    lessons.validate({**HEAD, "steps": [step]})


@pytest.mark.parametrize(
    "step",
    [
        "text",
        {},
        {"read": 3},
        {"read": ""},
        {"vlaue": {}},
        {"read": "a", "value": {"id": "a", "ask": "b", "answer": "c"}},
        {"value": {"id": "A B", "ask": "b", "answer": "c"}},
        {"value": {"id": "a\n", "ask": "b", "answer": "c"}},
        {"value": {"id": "a", "ask": "b"}},
        {"value": {"id": "a", "ask": "b", "answer": "c", "extra": 1}},
        {"value": {"id": "a", "ask": "b", "answer": {"pytorch": "c"}}},
        {"value": {"id": "a", "ask": "b", "answer": "c", "hints": [{"tf": "d"}]}},
        {"value": {"id": "a", "ask": "b", "answer": "c", "seconds": 0}},
        {"value": {"id": "a", "ask": "b", "answer": "c", "form": "nubmer"}},
        {"choose": {**CHOICE, "options": CHOICE["options"][:1]}},
        {"choose": {**CHOICE, "several": "yes"}},
        {"order": {"id": "a", "ask": "b", "lines": {"pytorch": ["c", "d"]}}},
        {"code": {"id": "a", "ask": "b", "variants": {}, "checks": [{"that": "e"}]}},
        {"code": {"id": "a", "ask": "b", "variants": {"jax": {"starter": "c", "solution": "d"}}, "checks": []}},
    ],
)  # fmt: skip
def test_bad_steps_do_not_fit(lessons: Draft202012Validator, step: object) -> None:
    assert not lessons.is_valid({**HEAD, "steps": [step]})


@pytest.mark.parametrize("name", ["lesson", "title", "track", "frameworks", "minutes", "goals"])
def test_what_a_head_must_have(lessons: Draft202012Validator, name: str) -> None:
    data: dict[str, Any] = {**HEAD, "steps": [{"read": "a"}]}
    lessons.validate(data)
    del data[name]
    assert not lessons.is_valid(data)
    assert not lessons.is_valid({**HEAD, "steps": []})
    assert not lessons.is_valid(HEAD)


def test_every_field_is_described() -> None:
    for schema in (lesson_schema(), course_schema()):
        undescribed = [
            f"{name}.{field}"
            for name, shape in _objects(schema)
            for field, value in shape.get("properties", {}).items()
            if "description" not in value
        ]
        assert undescribed == []


def _objects(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield schema["title"], schema
    yield from ((name, shape) for name, shape in schema["$defs"].items() if name != "Step")


def test_every_model_and_field_is_there() -> None:
    schema = lesson_schema()
    for model in KINDS.values():
        shape = schema["$defs"][model.__name__]
        assert set(shape["properties"]) == set(model.__struct_encode_fields__)
    assert set(schema["properties"]) == {*LessonHead.__struct_encode_fields__, "steps"}
    assert set(course_schema()["properties"]) == set(Course.__struct_encode_fields__)


def test_inherited_fields_keep_their_words() -> None:
    fields = lesson_schema()["$defs"]["Measure"]["properties"]
    assert fields["hints"]["description"] == "From a nudge to nearly there; shown one by one."
    assert "hints" in Exercise.__struct_fields__


def test_steps_offer_one_kind_each(lessons: Draft202012Validator) -> None:
    kinds = [next(iter(kind["properties"])) for kind in lesson_schema()["$defs"]["Step"]["oneOf"]]
    assert kinds == list(KINDS)
    document = parse_yaml(b"- read: yes\n", "f")
    lessons.validate({**HEAD, "steps": document.data})  # text, by YAML 1.2's rules
