"""Rules about what is given away: hints and messages that hold the answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from tutor.authoring.remarks import Note
from tutor.authoring.source import squeeze
from tutor.authoring.steps import StepAt
from tutor.course.models import (
    Check,
    Choose,
    Code,
    Exercise,
    FrameworkName,
    Measure,
    Order,
    PerFramework,
    Value,
    Variant,
)
from tutor.course.resolve import text_for
from tutor.course.rules import BLANK
from tutor.course.yaml_positions import Keys, shorten

SHORTEST = 10
"""Characters, spaces aside, from which a line of code is told from a name that a hint must use."""

_SPAN = re.compile(r"`([^`]+)`")
_TRIVIAL = re.compile(r"^(import|from|def|class|return\w*$|pass$|else:|try:|@|#)")


def hint_notes(at: StepAt) -> Iterator[Note]:
    """Everything about the hints and messages of one step."""
    step = at.step
    if not isinstance(step, Exercise):
        return
    for framework in at.frameworks:
        if isinstance(step, Code):
            variant = step.variants.get(framework)
            if variant is not None:
                yield from _of_code(at, variant, framework)
        elif isinstance(step, Choose):
            yield from _of_options(step, at, framework)
        elif isinstance(step, Order):
            yield from _of_lines(step, at, framework)
    if isinstance(step, Code | Order):
        yield from _of_constants(step, step.checks, at)
    if isinstance(step, Value | Measure):
        yield from _of_typed(step, at)


def _hints(step: Exercise, at: StepAt, framework: FrameworkName) -> Iterator[tuple[Keys, str]]:
    for index, hint in enumerate(step.hints):
        yield _placed((*at.keys, "hints", index), hint, framework)


def _placed(keys: Keys, text: PerFramework, framework: FrameworkName) -> tuple[Keys, str]:
    return ((*keys, framework) if isinstance(text, dict) else keys), text_for(text, framework)


# --- code


def _of_code(at: StepAt, variant: Variant, framework: FrameworkName) -> Iterator[Note]:
    step = at.step
    assert isinstance(step, Code)
    shown = {squeeze(line) for line in f"{variant.setup or ''}\n{variant.starter}".splitlines()}
    secret = {
        squeezed: line.strip()
        for line in variant.solution.splitlines()
        if (squeezed := squeeze(line)) not in shown
        and len(squeezed) >= SHORTEST
        and not _TRIVIAL.match(line.strip())
    }
    blanks = _blanks(variant)
    for keys, hint in _hints(step, at, framework):
        squeezed = squeeze(hint).replace("`", "")
        held = next((line for key, line in secret.items() if key in squeezed), None)
        spans = set(_SPAN.findall(hint))
        if held is not None:
            message = f"this hint holds a line of the solution, `{shorten(held)}`; leave it to do"
            yield Note("answer", keys, message)
        elif blanks and blanks <= spans:
            message = "this hint names what goes into every blank; leave one to find"
            yield Note("answer", keys, message)
    for index, mistake in enumerate(variant.mistakes):
        squeezed = squeeze(mistake.say).replace("`", "")
        held = next((line for key, line in secret.items() if key in squeezed), None)
        if held is not None:
            keys = (*at.keys, "variants", framework, "mistakes", index, "say")
            message = f"`say` holds a line of the solution, `{shorten(held)}`; nudge instead"
            yield Note("answer", keys, message)


def _blanks(variant: Variant) -> set[str]:
    """What the solution has where the starter has blanks; empty when the two differ elsewhere."""
    if BLANK not in variant.starter:
        return set()
    parts = [re.escape(part) for part in squeeze(variant.starter).split(BLANK)]
    found = re.fullmatch("(.+?)".join(parts), squeeze(variant.solution))
    return set(found.groups()) if found else set()


def _of_constants(step: Code | Order, checks: tuple[Check, ...], at: StepAt) -> Iterator[Note]:
    """Hints that hold the constant that a check expects."""
    wanted = [check.is_ for check in checks if _telling(check.is_)]
    for framework in at.frameworks if wanted else ():
        for keys, hint in _hints(step, at, framework):
            held = next((value for value in wanted if _mentions(hint, str(value))), None)
            if held is not None:
                message = f"this hint holds what a check expects, `{shorten(str(held))}`"
                yield Note("answer", keys, message)


def _telling(value: Any) -> bool:
    """Whether a constant says so much that a hint cannot hold it by chance, as it may hold 2."""
    if isinstance(value, str):
        return len(value) >= 4
    return isinstance(value, int | float) and len(f"{value:g}") >= 3 and value not in (True, False)


# --- the other kinds


def _of_typed(step: Value | Measure, at: StepAt) -> Iterator[Note]:
    """Hints that hold a wrong answer foreseen, and an answer that was written down."""
    for framework in at.frameworks:
        keys, answer = _placed((*at.keys, "answer"), step.answer or "", framework)
        literal = _literal(answer)
        if literal is not None and step.form not in ("exception", "bool"):
            message = (
                f"the answer is written down, `{shorten(answer)}`; evaluate it, so that it stays"
                " true on every device and version"
            )
            yield Note("written", keys, message)
        for place, hint in _hints(step, at, framework):
            if literal is not None and _telling(literal) and _mentions(hint, str(literal)):
                yield Note("answer", place, "this hint holds the answer")
            for mistake in step.mistakes:
                wrong = mistake.answer or ""
                if _telling(wrong) and _mentions(hint, wrong):
                    message = f"this hint holds the foreseen mistake `{shorten(wrong)}`"
                    yield Note("answer", place, message)


def _of_options(step: Choose, at: StepAt, framework: FrameworkName) -> Iterator[Note]:
    right = [text_for(option.text, framework) for option in step.options if option.right is True]
    wrong = [text_for(option.text, framework) for option in step.options if option.right is False]
    for keys, hint in _hints(step, at, framework):
        if any(_holds(hint, text) for text in wrong):
            continue  # it weighs the options
        held = next((text for text in right if _holds(hint, text)), None)
        if held is not None:
            message = f"this hint holds the right option, `{shorten(held)}`"
            yield Note("answer", keys, message)


def _of_lines(step: Order, at: StepAt, framework: FrameworkName) -> Iterator[Note]:
    lines = step.lines.get(framework, ()) if isinstance(step.lines, dict) else step.lines
    every = re.compile(".*?".join(re.escape(squeeze(line)) for line in lines))
    for keys, hint in _hints(step, at, framework):
        if every.search(squeeze(hint).replace("`", "")):
            yield Note("answer", keys, "this hint holds every line in order")


def _holds(hint: str, text: str) -> bool:
    bare = squeeze(text).strip(".`").lower()
    return len(bare) >= SHORTEST and bare in squeeze(hint).lower()


def _mentions(hint: str, word: str) -> bool:
    """Whether a hint has `word`, not as a part of a longer word or number."""
    if word not in hint:
        return False
    return re.search(rf"(?<![\w.]){re.escape(word)}(?!\w|\.\d)", hint) is not None


def _literal(source: str) -> Any:
    try:
        return ast.literal_eval(source.strip()) if source.strip() else None
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
