"""The tables of lessons/GUIDE.md that are made from the code.

Each stands between `<!-- NAME: made from the code -->` and `<!-- end of NAME -->`. After a change
to the models, the tolerances, the limits or the diagnoses, write them anew:

    python -m tests.authoring.guide_tables
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter

import msgspec

from tutor.course import models
from tutor.course.catalogue import shipped
from tutor.grading.misconceptions import FAMILIES, RULES
from tutor.grading.tolerance import default_tolerance
from tutor.runtime.job import MIB, Limits

TAKES: dict[str, str] = {
    "Text": "text",
    "str": "text",
    "Text | None": "text",
    "str | None": "text",
    "PerFramework": "text, or one per framework",
    "PerFramework | None": "text, or one per framework",
    "tuple[PerFramework, ...]": "list of such texts",
    "bool": "true or false",
    "bool | str": "true, false or an expression",
    "float | None": "number",
    "Any": "a number, text, list or boolean",
    "Slug": "id",
    "Slug | None": "id",
    "Form": "form (see [answers](#typed-answers))",
    "Needs": "map: [needs](#needs)",
    "tuple[Show, ...]": "list of [views](#views-of-a-run)",
    "tuple[Slug, ...]": "list of ids",
    "tuple[str, ...]": "list of texts",
    "tuple[FrameworkName, ...]": "list of frameworks",
    "dict[str, str]": "map: name → generator",
    "dict[str, Text]": "map: id → text",
    "dict[FrameworkName, Variant]": "map: framework → [variant](#variant)",
    "tuple[Mistake, ...]": "list of [mistakes](#mistake-of-a-value)",
    "tuple[CodeMistake, ...]": "list of [mistakes](#mistake-in-code)",
    "tuple[Equivalent, ...]": "list of [marks](#equivalent)",
    "tuple[Check, ...]": "list of [checks](#check)",
    "tuple[Option, ...]": "list of [options](#option)",
    "tuple[Step, ...]": "list of steps",
    "tuple[Track, ...]": "list of [tracks](#track)",
    "tuple[CoursePath, ...]": "list of [paths](#path)",
    "tuple[Slug | PathPart, ...]": "list of ids and [maps](#path)",
    "FrameworkName | None": "framework",
    "tuple[Text, ...] | dict[FrameworkName, tuple[Text, ...]]": (
        "list of lines, or one per framework"
    ),
    "tuple[Distractor, ...] | dict[FrameworkName, tuple[Distractor, ...]]": (
        "list of [distractors](#distractor), or one per framework"
    ),
}
"""How an author writes what a field's annotation says."""

FIELDS: dict[str, tuple[type[models.Model], ...]] = {
    "lesson": (models.LessonHead, models.Lesson),
    "exercise": (models.Exercise,),
    "read": (models.Read,),
    "value": (models.Value,),
    "code": (models.Code,),
    "choose": (models.Choose,),
    "order": (models.Order,),
    "measure": (models.Measure,),
    "variant": (models.Variant,),
    "check": (models.Check,),
    "mistake": (models.Mistake,),
    "code-mistake": (models.CodeMistake,),
    "equivalent": (models.Equivalent,),
    "option": (models.Option,),
    "distractor": (models.Distractor,),
    "needs": (models.Needs,),
    "show": (models.Show,),
    "course": (models.Course,),
    "track": (models.Track,),
    "path": (models.CoursePath,),
    "path-part": (models.PathPart,),
}
"""Table → the models whose own fields it lists; those of their bases stand elsewhere."""

FACTS: dict[str, object] = {
    "It": "Your answer",
    "it": "your answer",
    "n": 8,
    "k": 3,
    "axis": 1,
    "backwards": "runs backwards along axis 1",
    "factor": 4,
    "zeros": "all zeros",
    "way": "late",
    "direction": "towards zero",
    "statistic": "variance",
    "many": 7,
    "end": "first",
    "rate": "0.25",
    "cap": "16.12",
    "shape": "(4, 6)",
    "index": 2,
    "layout": "channels last",
    "what": "an axis of length 1 too many",
    "used": "N",
    "words": "one too many",
    "dtype": "bfloat16",
}
"""What fills the blanks of a diagnosis in the guide."""

DTYPES = ("float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2")
SIZES = {"memory": "MiB", "output": "MiB", "file": "MiB"}
"""Limits that are bytes."""


def fields_table(*shown: type[models.Model]) -> Iterator[str]:
    """The fields of some models, with the line below each in the source."""
    yield "| field | takes | default | what it is |"
    yield "|---|---|---|---|"
    for model in shown:
        written = {f.name: f for f in msgspec.structs.fields(model)}
        for name, annotation, about in _own_fields(model):
            field = written[name]
            if field.required:
                default = "**must be given**"
            elif field.default in (None, msgspec.NODEFAULT, (), ""):
                default = ""
            else:
                default = f"`{_yaml(field.default)}`" if _yaml(field.default) else ""
            yield f"| `{field.encode_name}` | {_takes(annotation)} | {default} | {about} |"


def _own_fields(model: type[models.Model]) -> Iterator[tuple[str, str, str]]:
    """Name, annotation and description of each field that a model adds to its bases."""
    (body,) = (
        node.body
        for node in ast.parse(inspect.getsource(models)).body
        if isinstance(node, ast.ClassDef) and node.name == model.__name__
    )
    for place, node in enumerate(body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            following = body[place + 1] if place + 1 < len(body) else None
            about = ""
            if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                about = " ".join(str(following.value.value).split())
            yield node.target.id, ast.unparse(node.annotation), about


def _takes(annotation: str) -> str:
    bare = re.sub(r"^Annotated\[(.*), Meta\((.*)\)\]( \| None)?$", r"\1", annotation)
    bounds = re.search(r"Meta\((.*)\)", annotation)
    numbers = dict(re.findall(r"(ge|gt|le)=(\d+)", bounds[1])) if bounds else {}
    if bare in ("int", "float"):
        low = f"from {numbers['ge']}" if "ge" in numbers else f"above {numbers['gt']}"
        return f"number, {low} to {numbers['le']}"
    literals = re.findall(r"'(\w+)'", bare)
    if literals:
        names = " ".join(f"`{name}`" for name in literals)
        return f"list of {names}" if bare.startswith("tuple") else names
    return TAKES[bare]


def _yaml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return (
        f"{value:g}" if isinstance(value, float) else "" if value == models.Needs() else str(value)
    )


def diagnoses_table() -> Iterator[str]:
    """Every general misconception, with its words."""
    yield "| diagnosis | what a learner reads, for example |"
    yield "|---|---|"
    for rule in RULES:
        yield f"| `{rule.slug}` | {_example(rule.words)} |"


def families_table() -> Iterator[str]:
    """What is said when several of one family fit."""
    yield "| diagnosis | when several of these fit | what a learner reads, for example |"
    yield "|---|---|---|"
    for family, (slug, words) in FAMILIES.items():
        members = ", ".join(f"`{rule.slug}`" for rule in RULES if rule.family == family)
        yield f"| `{slug}` | {members} | {_example(words)} |"


def _example(words: str) -> str:
    parts: list[str] = []
    for text, field, _, _ in Formatter().parse(words):
        parts += [text, str(FACTS.get(field, "…")) if field else ""]
    return "".join(parts).replace("|", "\\|")


def tolerance_table() -> Iterator[str]:
    """The tolerances of floats."""
    yield "| dtype | on a CPU: `rtol` | of the largest | on a GPU: `rtol` | of the largest |"
    yield "|---|---|---|---|---|"
    for dtype in DTYPES:
        cells = [f"`{dtype}`"]
        for device in ("cpu", "cuda:0"):
            tolerance = default_tolerance(dtype, device)
            cells += [f"{tolerance.rtol:g}", f"{tolerance.span:g}"]
        yield "| " + " | ".join(cells) + " |"


def limits_table() -> Iterator[str]:
    """What one attempt may use."""
    yield "| limit | is | of |"
    yield "|---|---|---|"
    for name, _, about in _fields_of_source(Limits):
        value = getattr(Limits(), name)
        shown = f"{value // MIB:,} {SIZES[name]}" if name in SIZES else f"{value:g}"
        yield f"| {name} | {shown} | {about} |"


def _fields_of_source(struct: type) -> Iterator[tuple[str, str, str]]:
    (body,) = (
        node.body for node in ast.parse(inspect.getsource(struct)).body
        if isinstance(node, ast.ClassDef)
    )  # fmt: skip
    for node, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            text = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            about = str(following.value.value) if text else ""  # type: ignore[union-attr]
            yield node.target.id, ast.unparse(node.annotation), about


TABLES: dict[str, Callable[[], Iterator[str]]] = {
    **{f"fields of {name}": lambda m=shown: fields_table(*m) for name, shown in FIELDS.items()},
    "diagnoses": diagnoses_table,
    "families": families_table,
    "tolerances": tolerance_table,
    "limits": limits_table,
}


def filled(page: str) -> str:
    """The guide with every such table made anew."""
    for name, make in TABLES.items():
        table = "\n".join(make())
        begin, end = f"<!-- {name}: made from the code -->", f"<!-- end of {name} -->"
        head, found, rest = page.partition(begin)
        _, closed, tail = rest.partition(end)
        if not (found and closed):
            raise SystemExit(f"GUIDE.md lacks `{begin}` or `{end}`.")
        page = f"{head}{begin}\n{table}\n{end}{tail}"
    return page


def guide() -> Path:
    """The file."""
    return shipped() / "GUIDE.md"


if __name__ == "__main__":
    guide().write_text(filled(guide().read_text(encoding="utf-8")), encoding="utf-8")
