"""JSON Schema (draft 2020-12) of lesson files and of `course.yaml`, for editors.

Generated from the models, so it cannot disagree with them. msgspec gives each model's shape; the
line below each field in `models.py` becomes its description; steps become maps with one key.
"""

from __future__ import annotations

import ast
import inspect
from typing import Any

import msgspec
import msgspec.inspect as mi

from tutor.course import models
from tutor.course.models import FRAMEWORKS, KINDS, Course, LessonHead, Model

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def lesson_schema() -> Schema:
    """Return the schema of a lesson file."""
    kinds = tuple(KINDS.values())
    (head, *shapes), components = _components((LessonHead, *kinds))
    lesson = components.pop(_name_in(head))
    lesson["title"] = "fwtutor lesson"
    lesson["description"] = "One lesson: what it is about, and its steps."
    lesson["properties"]["steps"] = {
        "type": "array",
        "minItems": 1,
        "items": {"$ref": "#/$defs/Step"},
        "description": "In order; each a map with one key, its kind.",
    }
    lesson["required"] = [*lesson["required"], "steps"]
    components["Step"] = {
        "description": "A map with one key, its kind.",
        "oneOf": [
            _step(kind, shape, components[_name_in(shape)]["description"])
            for kind, shape in zip(KINDS, shapes, strict=True)
        ],
    }
    return {"$schema": DIALECT, **lesson, "$defs": components}


def course_schema() -> Schema:
    """Return the schema of `course.yaml`."""
    (course,), components = _components((Course,))
    root = components.pop(_name_in(course))
    root["title"] = "fwtutor course"
    return {"$schema": DIALECT, **root, "$defs": components}


def _step(kind: str, shape: Schema, description: str) -> Schema:
    """A map with `kind` as its one key; a reading step may be text alone."""
    fields = shape
    if kind == "read":
        fields = {"anyOf": [{"type": "string", "minLength": 1}, shape]}
    return {
        "type": "object",
        "description": description,
        "properties": {kind: fields},
        "required": [kind],
        "additionalProperties": False,
    }


def _components(roots: tuple[type[Model], ...]) -> tuple[list[Schema], dict[str, Schema]]:
    """Return a reference to each root, and every model by name, with descriptions."""
    references, components = msgspec.json.schema_components(roots, ref_template="#/$defs/{name}")
    descriptions = _field_descriptions()
    for name, component in components.items():
        free = _maps_of_anything(getattr(models, name))
        for field, shape in component["properties"].items():
            if field not in free:
                _name_frameworks(shape)
            text = descriptions.get((name, field))
            if text:
                shape["description"] = text
    return list(references), components


def _name_in(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _maps_of_anything(model: type[Model]) -> set[str]:
    """The fields whose keys are the author's own names, not frameworks."""
    described = mi.type_info(model)
    assert isinstance(described, mi.StructType)
    return {
        field.encode_name
        for field in described.fields
        if isinstance(field.type, mi.DictType) and isinstance(field.type.key_type, mi.StrType)
    }


def _name_frameworks(shape: Schema) -> None:
    """Say which keys a map of one thing per framework may have; msgspec allows any."""
    for part in shape.get("anyOf", ()):
        _name_frameworks(part)
    inner = shape.get("additionalProperties", False)
    if inner is not False:
        shape["properties"] = dict.fromkeys(FRAMEWORKS, inner)
        shape["additionalProperties"] = False
    if "items" in shape:
        _name_frameworks(shape["items"])


def _field_descriptions() -> dict[tuple[str, str], str]:
    """The docstring below each field of each model, by model and by the field's name in YAML."""
    found: dict[tuple[str, str], str] = {}
    classes = [
        node for node in ast.parse(inspect.getsource(models)).body if isinstance(node, ast.ClassDef)
    ]
    for node in classes:
        model = getattr(models, node.name)
        renamed = dict(zip(model.__struct_fields__, model.__struct_encode_fields__, strict=True))
        for base in node.bases:  # a model's inherited fields come first in the file
            for (owner, field), text in list(found.items()):
                if isinstance(base, ast.Name) and owner == base.id:
                    found[node.name, field] = text
        for field, below in zip(node.body, node.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
            ):
                text = " ".join(str(below.value.value).split())
                found[node.name, renamed[field.target.id]] = text
    return found
