"""What the bench says about a lesson, and how it is printed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, NamedTuple

from tutor.course.yaml_positions import Keys
from tutor.errors import Finding

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Remark:
    """One finding of the bench, with its place."""

    path: str
    """The file, as the user would type it."""
    line: int
    """1-based; 0 when it is about the file as a whole."""
    column: int
    """1-based; 0 when it is about the file as a whole."""
    severity: Severity
    """`error`: a learner would be misled or stuck. `warning`: the lesson could teach better."""
    rule: str
    """The name that `# lint: allow NAME` takes."""
    message: str
    """What was found, what was expected, and what to do."""

    def __str__(self) -> str:
        return (
            f"{self.path}:{self.line}:{self.column}: {self.severity}: {self.message} [{self.rule}]"
        )


class Note(NamedTuple):
    """A remark whose place is still a path into the document."""

    rule: str
    """A key of `RULES`."""
    keys: Keys
    """Where in the document."""
    message: str
    """As a remark's."""
    key: bool = False
    """Whether it is about the key at that path, not its value."""
    line: int = 0
    """1-based line within the text at that path; 0 for where the text begins."""
    column: int = 1
    """1-based column within that line."""


def remark_of(finding: Finding, rule: str = "format") -> Remark:
    """Make a remark of a fault that the loader found."""
    return Remark(finding.path, finding.line, finding.column, "error", rule, finding.message)


def in_order(remarks: Iterable[Remark]) -> list[Remark]:
    """Each remark once, by file and place; files stay in the order they came in."""
    files: dict[str, list[Remark]] = {}
    for remark in dict.fromkeys(remarks):
        files.setdefault(remark.path, []).append(remark)
    return [
        remark
        for found in files.values()
        for remark in sorted(found, key=lambda remark: (remark.line, remark.column))
    ]


def print_remarks(remarks: Sequence[Remark], *, lessons: int, as_json: bool) -> None:
    """Print them, one a line and a summary, or one JSON object."""
    errors = sum(remark.severity == "error" for remark in remarks)
    warnings = len(remarks) - errors
    if as_json:
        found = [asdict(remark) for remark in remarks]
        print(
            json.dumps(
                {"findings": found, "lessons": lessons, "errors": errors, "warnings": warnings}
            )
        )
        return
    for remark in remarks:
        print(remark)
    looked = count(lessons, "lesson")
    if remarks:
        print(f"{looked}: {count(errors, 'error')}, {count(warnings, 'warning')}.")
    else:
        print(f"{looked}: nothing found.")


def count(number: int, noun: str) -> str:
    """`1 lesson`, `2 lessons`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
