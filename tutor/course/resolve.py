"""What a lesson leaves to defaults, filled in. Pure functions of the models."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tutor.course.models import (
    KINDS,
    Code,
    FrameworkName,
    Lesson,
    LessonHead,
    PerFramework,
    Read,
    Step,
)

_KIND_OF = {model: kind for kind, model in KINDS.items()}


def kind_of(step: Step) -> str:
    """The word the author wrote: `read`, `value`, `code`, `choose`, `order` or `measure`."""
    return _KIND_OF[type(step)]


def is_exercise(step: Step) -> bool:
    """Whether it asks the learner for something."""
    return not isinstance(step, Read)


def text_for(text: PerFramework | None, framework: FrameworkName) -> str:
    """The text as `framework` has it; empty when there is none."""
    if text is None:
        return ""
    return text if isinstance(text, str) else text.get(framework, "")


def frameworks_of(lesson: LessonHead, step: Step) -> tuple[FrameworkName, ...]:
    """The frameworks a step can be done in, in the lesson's order of preference."""
    named: Iterable[FrameworkName] = step.frameworks
    if not named and isinstance(step, Code):
        named = step.variants
    if not named:
        return lesson.frameworks
    chosen = frozenset(named)
    return tuple(framework for framework in lesson.frameworks if framework in chosen)


def step_id(step: Step, index: int) -> str:
    """The step's id; for a reading step without one, `read-` and its 1-based place."""
    return step.id if step.id is not None else f"read-{index + 1}"


def step_title(step: Step, index: int) -> str:
    """A few words for the step list: the title, else a reading step's heading, else the id."""
    if step.title is not None:
        return step.title
    if isinstance(step, Read):
        text = step.text if isinstance(step.text, str) else next(iter(step.text.values()), "")
        first = text.lstrip().split("\n", 1)[0]
        if first.startswith("#"):
            return first.lstrip("#").strip().rstrip("#").rstrip()
        if step.id is None:
            return "Read"
    words = step_id(step, index).replace("-", " ")
    return words[:1].upper() + words[1:]


QUICK = ("value", "choose", "order")
"""Kinds of exercise that take seconds to answer."""

PLACEMENT = 2
"""How many exercises of a lesson a placement test asks at most: two right by chance are rare."""


def placement_of(lesson: Lesson) -> tuple[str, ...]:
    """The exercises that show who knows a lesson: the author's, else the last quick ones.

    Those by default are offered in all the lesson's frameworks. Empty when there are none.
    """
    if lesson.placement:
        return lesson.placement
    quick = [
        step_id(step, index)
        for index, step in enumerate(lesson.steps)
        if kind_of(step) in QUICK and frameworks_of(lesson, step) == lesson.frameworks
    ]
    return tuple(quick[-PLACEMENT:])


def reads_inputs_at_top_level(source: str, input_names: Iterable[str]) -> bool:
    """Whether running `source` reads an input, so that it must run again for each seed.

    An input is read when code outside any function names it, or when such code names a function
    of `source` that reads it from outside. Erring towards True costs a second run; False would
    check one seed's values against another's.
    """
    wanted = set(input_names)
    if not wanted:
        return False
    try:
        tree = ast.parse(source)
        waiting = set(_names_loaded(tree))
    except (SyntaxError, ValueError):
        return False  # it will not run once, so not again
    except (RecursionError, MemoryError):
        return True
    functions: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            functions.setdefault(node.name, set()).update(_free_names(node))
    reached: set[str] = set()
    while waiting:
        reached |= waiting
        waiting = {name for used in waiting for name in functions.get(used, ())} - reached
    return not wanted.isdisjoint(reached)


def _names_loaded(node: ast.AST) -> Iterator[str]:
    """Names read when `node` runs: function bodies wait until they are called."""
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Store):
            yield node.id
        return
    parts: Iterable[ast.AST] = ast.iter_child_nodes(node)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        parts = (*node.decorator_list, node.args)
    elif isinstance(node, ast.Lambda):
        yield from set(_names_loaded(node.body)) - _parameters(node.args)
        parts = (node.args,)
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    for part in parts:
        yield from _names_loaded(part)


def _free_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Names that a function's body may read from outside it."""
    bound = _parameters(function.args)
    names: set[str] = set()
    declared: set[str] = set()
    for part in function.body:
        for node in ast.walk(part):
            if isinstance(node, ast.Global | ast.Nonlocal):
                declared.update(node.names)
            elif isinstance(node, ast.Name):
                (bound if isinstance(node.ctx, ast.Store) else names).add(node.id)
    return (names - bound) | declared


def _parameters(arguments: ast.arguments) -> set[str]:
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    names = {argument.arg for argument in every}
    names.update(a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None)
    return names
