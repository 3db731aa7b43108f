"""One lesson file → one :class:`Lesson`, or every fault in it with its place."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from tutor.course.models import KINDS, Course, Lesson, LessonHead, Model, Step
from tutor.course.yaml_positions import Document, Keys, as_list, as_map, parse_yaml, read_yaml
from tutor.errors import CourseError, Finding, nearest

_NUMBER = re.compile(r"^\d{2,3}-")


def load_lesson(path: Path) -> Lesson:
    """Read a lesson file.

    Raises:
        CourseError: One finding for each fault, in file order.
    """
    return lesson_of(read_yaml(path), lesson_id_of(path))


def parse_lesson(raw: bytes, name: str, expected_id: str | None = None) -> Lesson:
    """Read a lesson from the bytes of its file, which findings call `name`.

    Raises:
        CourseError: One finding for each fault, in file order.
    """
    return lesson_of(parse_yaml(raw, name), expected_id)


def load_course(path: Path) -> tuple[Course, Document]:
    """Read a `course.yaml`, with its places for findings about what it names.

    Raises:
        CourseError: One finding for each fault, in file order.
    """
    document = read_yaml(path)
    data = as_map(document.data)
    if data is None:
        raise CourseError([document.finding("expected a map that begins with `course:`")])
    try:
        return msgspec.convert(data, Course), document
    except msgspec.ValidationError as error:
        findings = _explained(document, data, Course, (), error)
        raise CourseError(_in_file_order(findings)) from None


def lesson_id_of(path: Path) -> str:
    """The id that a file's name gives: without its leading number and its ending."""
    return _NUMBER.sub("", path.stem)


def lesson_of(document: Document, expected_id: str | None) -> Lesson:
    """Make the lesson of a document; the document keeps the places of its fields.

    Raises:
        CourseError: One finding for each fault, in file order.
    """
    data = as_map(document.data)
    if data is None:
        raise CourseError([document.finding("expected a map that begins with `lesson:`")])
    findings: list[Finding] = []
    head_data = {name: value for name, value in data.items() if name != "steps"}
    head: LessonHead | None = None
    try:
        head = msgspec.convert(head_data, LessonHead)
    except msgspec.ValidationError as error:
        findings += _explained(document, head_data, LessonHead, (), error)
    steps = list(_steps(document, data, findings))
    findings += _by_rules(document, head, steps, expected_id)
    if findings or head is None:
        raise CourseError(_in_file_order(findings))
    return Lesson(
        **{name: getattr(head, name) for name in head.__struct_fields__},
        steps=tuple(step for _, _, step in steps),
    )


def _steps(
    document: Document, data: dict[str, Any], findings: list[Finding]
) -> Iterator[tuple[Keys, int, Step]]:
    """Yield each step that fits its model, with the path of its fields and its 0-based place."""
    if "steps" not in data:
        findings.append(document.finding("the field `steps` is missing; expected a list"))
        return
    entries = as_list(data["steps"])
    if not entries:
        findings.append(
            document.finding("expected a list of steps, each a map with one key", ("steps",))
        )
        return
    for index, item in enumerate(entries):
        keys: Keys = ("steps", index)
        entry = as_map(item)
        wrong = _wrong_shape(entry)
        if entry is None or wrong:
            findings.append(document.finding(wrong, keys))
            continue
        ((kind, fields),) = entry.items()
        model = KINDS.get(kind)
        if model is None:
            kinds = ", ".join(f"`{name}`" for name in KINDS)
            message = f"unknown kind of step `{kind}`; expected one of {kinds}."
            message += nearest(kind, KINDS)
            findings.append(document.finding(message, (*keys, kind), key=True))
            continue
        if kind == "read" and not isinstance(fields, dict):
            fields = _text_alone(document, fields, (*keys, kind), findings)
            if fields is None:
                continue
        try:
            yield (*keys, kind), index, msgspec.convert(fields, model)
        except msgspec.ValidationError as error:
            findings += _explained(document, fields, model, (*keys, kind), error)


def _text_alone(
    document: Document, text: Any, keys: Keys, findings: list[Finding]
) -> dict[str, Any] | None:
    """The fields of a reading step written as text alone; None when it is not text."""
    if isinstance(text, str) and text:
        return {"text": text}
    from tutor.course.validate import describe

    findings.append(document.finding(f"expected text or a map, found {describe(text)}", keys))
    return None


def _wrong_shape(entry: dict[str, Any] | None) -> str:
    """Say why an entry of `steps` is not a map with one key; empty when it is."""
    if entry is None:
        return "a step is a map with one key, its kind, such as `- value:` with its fields below"
    if len(entry) == 1:
        return ""
    first = next(iter(entry), "")
    if first in KINDS and entry[first] is None:
        return f"the fields of this step must be indented further than `{first}:`"
    found = ", ".join(f"`{key}`" for key in entry) or "none"
    return f"a step is a map with one key, its kind; found {found}"


def _explained(
    document: Document,
    data: Any,
    model: type[Model],
    keys: Keys,
    error: msgspec.ValidationError,
) -> list[Finding]:
    """Every fault that made msgspec refuse `data`."""
    from tutor.course.validate import faults

    findings = [
        document.finding(fault.message, fault.keys, key=fault.key)
        for fault in faults(data, model, keys)
    ]
    return findings or [document.finding(str(error), keys)]


def _by_rules(
    document: Document,
    head: LessonHead | None,
    steps: list[tuple[Keys, int, Step]],
    expected_id: str | None,
) -> Iterator[Finding]:
    """What the models cannot say: rules across fields, and code that must parse."""
    from tutor.course import rules

    with warnings.catch_warnings():
        # Python warns of escapes such as "\d" in lesson code while it is parsed; the learner's
        # own run says so, and here it would land on the terminal.
        warnings.simplefilter("ignore")
        every = [*rules.lesson_faults(head, steps, expected_id)]
        for keys, _, step in steps:
            every += rules.step_faults(head, step, keys)
    for fault in every:
        place = (
            document.within(fault.keys, fault.line, fault.column)
            if fault.line
            else document.place(fault.keys, key=fault.key)
        )
        yield Finding(document.name, *place, fault.message)


def _in_file_order(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(dict.fromkeys(findings), key=lambda finding: (finding.line, finding.column))
