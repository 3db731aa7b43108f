"""Rules about what a step says: fields without use or missing, empty words, names, widths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isnan

from tutor.authoring.instruments import instruments_of
from tutor.authoring.remarks import Note
from tutor.authoring.source import bound_at_top, names_read, squeeze
from tutor.authoring.steps import StepAt, code_of, probes_of, texts
from tutor.course.models import (
    Check,
    Choose,
    Code,
    Exercise,
    Measure,
    Order,
    Read,
    Step,
    Value,
)
from tutor.course.resolve import text_for
from tutor.course.yaml_positions import Keys, shorten

WIDTH = 76
"""Columns of 80 that code and tables have: a margin, a scrollbar and the editor's line numbers."""
HINTS = 3
"""A nudge, a step further, nearly there."""

_CODE_FIELDS = frozenset({"given", "setup", "starter", "solution", "code", "line", "lines"})
_PROSE_FIELDS = frozenset({"text", "ask", "hints", "explain", "why", "say", "caption"})
_WORDLESS = re.compile(r"(todo|tbd|fixme|xxx|\.\.\.|…|-+|\?+)?", re.IGNORECASE)
_LEFT_OPEN = re.compile(r"(?<![\w`])(TODO|FIXME|TBD)(?![\w`])")
_EXACT_FORMS = ("text", "dtype", "exception", "bool", "device", "shape")


def step_notes(at: StepAt) -> Iterator[Note]:
    """Everything about one step that this module knows."""
    yield from _missing(at)
    yield from _unused(at)
    yield from _words(at)
    yield from _shadowed(at)
    yield from _widths(at)


# --- fields


def _missing(at: StepAt) -> Iterator[Note]:
    step = at.step
    if isinstance(step, Exercise):
        if len(step.hints) < HINTS:
            found = "none" if not step.hints else f"{len(step.hints)}"
            message = (
                f"expected at least {HINTS} `hints`, found {found}: a nudge, a step further, and"
                " one that leaves a single thing to do"
            )
            keys = (*at.keys, "hints") if step.hints else at.keys
            yield Note("hints", keys, message, key=True)
        if step.explain is None:
            message = "no `explain`; say after a pass why it matters, where it bites, what is next"
            yield Note("explain", at.keys, message, key=True)
    if isinstance(step, Choose) and step.several:
        right = [option.right for option in step.options if option.right is not False]
        if right == [True]:
            message = "`several` asks for more than one, but one option is right; leave it out"
            yield Note("several", (*at.keys, "several"), message, key=True)


def _unused(at: StepAt) -> Iterator[Note]:
    """Fields that the author wrote and that change nothing."""
    names, why = _idle(at.step)
    for name in names:
        if name in at.written:
            yield Note("unused", (*at.keys, name), f"`{name}` has no effect: {why}", key=True)
    for index, show in enumerate(at.step.show):
        keys = (*at.keys, "show", index)
        if show.log and show.view != "curve":
            message = f"`log` has no effect: a `{show.view}` has no logarithmic axis"
            yield Note("unused", (*keys, "log"), message, key=True)
        if show.unit and show.view != "bars":
            message = f"`unit` has no effect: it goes with `bars`, not with a `{show.view}`"
            yield Note("unused", (*keys, "unit"), message, key=True)
    if isinstance(at.step, Code | Order):
        for index, check in enumerate(at.step.checks):
            yield from _unused_in_check(check, (*at.keys, "checks", index))


def _idle(step: Step) -> tuple[tuple[str, ...], str]:
    """The fields that would have no effect in this step, and why."""
    match step:
        case Code() if not step.inputs:
            return ("seeds",), "there are no `inputs` for seeds to vary"
        case Read(given=None) | Choose(given=None):
            return ("seconds", "show"), "there is no `given` to run"
        case Choose(show=()) if not any(isinstance(o.right, str) for o in step.options):
            return ("seconds",), "no option's `right` is an expression, so nothing is run"
        case Order(checks=()):
            return ("setup", "seconds", "show"), "there are no `checks`, so the lines are not run"
        case Measure() if step.options:
            return ("form", "rtol", "atol"), "it goes with `answer`"
        case Value() | Measure() if step.form in _EXACT_FORMS:
            return ("rtol", "atol"), f"a `{step.form}` is right or wrong; there is no tolerance"
        case _:
            return (), ""


def _unused_in_check(check: Check, keys: Keys) -> Iterator[Note]:
    exact = check.raises is not None or isinstance(check.is_, str | bool)
    for name in ("rtol", "atol"):
        if exact and getattr(check, name) is not None:
            message = f"`{name}` has no effect: this check compares no numbers"
            yield Note("unused", (*keys, name), message, key=True)
    if isinstance(check.is_, float) and isnan(check.is_):
        message = "nothing is equal to NaN; probe for it, as in `isnan(x).all()` and `is: true`"
        yield Note("unused", (*keys, "is"), message)


# --- words


def _words(at: StepAt) -> Iterator[Note]:
    for keys, name, text in texts(at.step, at.keys):
        if name in _PROSE_FIELDS and _WORDLESS.fullmatch(text.strip()):
            found = f"`{shorten(text)}`" if text.strip() else "white space"
            yield Note("words", keys, f"expected words in `{name}`, found {found}")
        elif name in _PROSE_FIELDS and (left := _LEFT_OPEN.search(text)):
            yield Note("words", keys, f"`{left.group()}` was left in `{name}`; write what is due")
    options = at.step.options if isinstance(at.step, Choose | Measure) else ()
    for framework in at.frameworks:
        seen: dict[str, int] = {}
        for index, option in enumerate(options):
            keys = (*at.keys, "options", index)
            text = " ".join(text_for(option.text, framework).split())
            if " ".join(text_for(option.why, framework).split()) == text:
                message = "`why` repeats the option; say what makes it right, or tempting and wrong"
                yield Note("words", (*keys, "why"), message)
            if text in seen:
                message = f"this option says the same as option {seen[text] + 1}"
                yield Note("same", (*keys, "text"), message)
            seen.setdefault(text, index)


# --- names


def _shadowed(at: StepAt) -> Iterator[Note]:
    """Names that the step's code binds and its probes read, and that an instrument takes."""
    inputs = at.step.inputs if isinstance(at.step, Code) else {}
    for framework in at.frameworks:
        read = {name for probe in probes_of(at, framework) for name in names_read(probe.strip())}
        taken = (read & instruments_of(framework)) - inputs.keys()
        if not taken:
            continue
        for keys, source in code_of(at, framework):
            for name, line, column in bound_at_top(source):
                if name in taken:
                    message = (
                        f"`{name}` is an instrument, which probes see instead of this; call it"
                        " something else"
                    )
                    yield Note("instrument", keys, message, line=line, column=column)


# --- widths


def _widths(at: StepAt) -> Iterator[Note]:
    for keys, name, text in texts(at.step, at.keys):
        if name in _CODE_FIELDS:
            if len(text) > WIDTH:
                yield from _wide_lines(keys, text)
        elif name in _PROSE_FIELDS:
            if "```" in text or "~~~" in text:
                yield from _wide_lines(keys, text, fenced=True)
            if "|" in text:
                yield from _wide_tables(keys, text)
        if name == "caption" and len(text.strip()) > WIDTH:
            message = f"a caption of {len(text.strip())} columns; it has one line of {WIDTH}"
            yield Note("wide", keys, message)


def _wide_lines(keys: Keys, text: str, *, fenced: bool = False) -> Iterator[Note]:
    inside = not fenced
    for number, line in enumerate(text.splitlines(), 1):
        if fenced and line.lstrip().startswith(("```", "~~~")):
            inside = not inside
        elif inside and len(line) > WIDTH:
            message = (
                f"{len(line)} columns of code; at 80 columns a learner sees {WIDTH}, so break it"
            )
            yield Note("wide", keys, message, line=number, column=WIDTH + 1)


def _wide_tables(keys: Keys, text: str) -> Iterator[Note]:
    """Tables whose longest words do not fit side by side: other cells wrap."""
    columns: list[int] = []
    begun = 0
    for number, line in enumerate([*text.splitlines(), ""], 1):
        bare = line.strip()
        if bare.startswith("|"):
            begun = begun or number
            cells = bare.strip("|").replace("\\|", "¦").split("|")
            if not squeeze(bare).strip("|-:"):
                continue  # the line below the head
            widths = [max((len(word) for word in cell.split()), default=0) for cell in cells]
            widths += [0] * (len(columns) - len(widths))
            columns += [0] * (len(widths) - len(columns))
            columns = [max(pair) for pair in zip(columns, widths, strict=True)]
            continue
        needed = sum(columns) + 2 * (len(columns) - 1)
        if begun and needed > WIDTH:
            message = (
                f"a table of {len(columns)} columns that needs {needed} columns of text even with"
                f" its cells wrapped; a learner has {WIDTH}"
            )
            yield Note("wide", keys, message, line=begun)
        columns, begun = [], 0
