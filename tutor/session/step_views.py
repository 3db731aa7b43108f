"""From a lesson's models to what one framework's learner sees. Pure."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence

from tutor.course.models import (
    Choose,
    Code,
    Distractor,
    FrameworkName,
    Lesson,
    Measure,
    Order,
    Read,
    Step,
    Value,
)
from tutor.course.resolve import frameworks_of, kind_of, step_id, step_title, text_for
from tutor.session.model import StepRef, StepView


def lines_of(step: Order, framework: FrameworkName) -> tuple[str, ...]:
    """The right lines, in the right order."""
    lines = step.lines
    return lines if isinstance(lines, tuple) else lines[framework]


def distractors_of(step: Order, framework: FrameworkName) -> tuple[Distractor, ...]:
    """The lines that do not belong."""
    distractors = step.distractors
    return distractors if isinstance(distractors, tuple) else distractors.get(framework, ())


def shuffled_lines(step: Order, framework: FrameworkName, salt: str) -> tuple[str, ...]:
    """All lines in the order shown: the same for everyone and every time, never the right one."""
    lines = [*lines_of(step, framework), *(d.line for d in distractors_of(step, framework))]
    shuffled = list(lines)
    digest = hashlib.sha256(f"{salt}/{step.id}/{framework}".encode()).digest()
    generator = random.Random(digest)  # noqa: S311 - order of lines on a screen, not a secret
    for _ in range(10):
        generator.shuffle(shuffled)
        if shuffled[: len(lines)] != lines:
            break
    return tuple(shuffled)


def step_view(
    lesson: Lesson,
    index: int,
    framework: FrameworkName | None,
) -> StepView:
    """The step at ``index`` (0-based), in ``framework`` if it is offered there, else its first."""
    step = lesson.steps[index]
    frameworks = frameworks_of(lesson, step)
    chosen = framework if framework in frameworks else frameworks[0]
    common = {
        "ref": StepRef(lesson.lesson, step_id(step, index)),
        "kind": kind_of(step),
        "number": index + 1,
        "title": step_title(step, index),
        "framework": chosen,
        "frameworks": frameworks,
        "prompt": text_for(step.text if isinstance(step, Read) else step.ask, chosen),
        "hints": 0 if isinstance(step, Read) else len(step.hints),
        "sources": () if _goes_on(lesson, index, chosen) else lesson.sources,
    }
    return StepView(**common, **_particulars(step, chosen, lesson.lesson))  # type: ignore[arg-type]


def _goes_on(lesson: Lesson, index: int, framework: FrameworkName) -> bool:
    """Whether the lesson has more steps in this framework."""
    return any(framework in frameworks_of(lesson, step) for step in lesson.steps[index + 1 :])


def _particulars(step: Step, framework: FrameworkName, salt: str) -> dict[str, object]:
    """The fields that only this kind of step has."""
    match step:
        case Read():
            given = text_for(step.given, framework)
            return {"given": given, "runnable": bool(given)}
        case Value():
            return {"given": text_for(step.given, framework), "form": step.form}
        case Code():
            variant = step.variants[framework]
            return {
                "setup": variant.setup or "",
                "starter": variant.starter,
                "task": step.task,
                "runnable": True,
            }
        case Choose():
            return {
                "given": text_for(step.given, framework),
                "options": _options(step, framework),
                "several": step.several,
            }
        case Order():
            return {
                "setup": text_for(step.setup, framework),
                "lines": shuffled_lines(step, framework, salt),
            }
        case Measure():
            return {
                "given": text_for(step.given, framework),
                "form": "" if step.options else step.form,
                "options": _options(step, framework),
                "unit": step.unit,
                "runnable": True,
            }


def _options(step: Choose | Measure, framework: FrameworkName) -> tuple[str, ...]:
    return tuple(text_for(option.text, framework) for option in step.options)


def chosen_line_numbers(shown: Sequence[str], wanted: Sequence[str]) -> str:
    """The answer (``3,1,2``) that picks ``wanted`` out of the lines as shown."""
    taken: list[int] = []
    for line in wanted:
        taken.append(
            next(i for i, other in enumerate(shown, 1) if other == line and i not in taken)
        )
    return ",".join(map(str, taken))
