"""The rules of `author lint`, by the name that a remark ends with."""

from __future__ import annotations

from typing import NamedTuple

from tutor.authoring.remarks import Severity


class Rule(NamedTuple):
    """What a rule is for."""

    severity: Severity
    """How bad it is."""
    about: str
    """What it finds, in a few words: a row of the authors' page."""


RULES: dict[str, Rule] = {
    "format": Rule("error", "what the loader refuses; the lesson does not open"),
    "course": Rule("error", "lessons missing, unlisted, or requiring what is not there"),
    "order": Rule("error", "a required lesson that comes later in the course"),
    "outside": Rule("error", "a link that leads out of the course folder"),
    "topic": Rule("error", "`covers` an id that is not among the course's `topics`"),
    "uncovered": Rule("warning", "a topic that no lesson covers (with `--coverage`)"),
    "sources": Rule("warning", "a lesson without `sources`"),
}
