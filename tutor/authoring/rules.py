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
    "course": Rule(
        "error", "lessons missing, unlisted or requiring what is not there; paths amiss"
    ),
    "sequence": Rule("error", "a required lesson that comes later in the course"),
    "outside": Rule("error", "a link that leads out of the course folder"),
    "topic": Rule("error", "`covers` an id that is not among the course's `topics`"),
    "uncovered": Rule("warning", "a topic that no lesson covers (with `--coverage`)"),
    "sources": Rule("warning", "a lesson without `sources`"),
    "placement": Rule("warning", "no quick exercises named for placement, in a course with paths"),
    "hints": Rule("warning", "an exercise with fewer than 3 hints"),
    "explain": Rule("warning", "an exercise without `explain`"),
    "several": Rule("warning", "`several` where one option is right"),
    "unused": Rule("warning", "a field that has no effect, an input that nothing reads"),
    "words": Rule("error", "white space, `TODO` or a repetition where a text is due"),
    "same": Rule("error", "options or mistakes that equal each other, or the solution"),
    "answer": Rule("error", "a hint or a message that holds the answer"),
    "written": Rule("warning", "an answer that is written down instead of computed"),
    "instrument": Rule("error", "a name in the code that an instrument takes from the probes"),
    "constant": Rule("warning", "an input that holds the same number everywhere"),
    "fixed": Rule("warning", "inputs that are the same for every seed"),
    "square": Rule("warning", "inputs whose sizes hide a transposed answer"),
    "wide": Rule("warning", "code or a table too wide for 80 columns"),
}
