"""Rules about foreseen mistakes: each is wrong, differs from the others, and can be reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tutor.authoring.remarks import Note
from tutor.authoring.source import normal_form
from tutor.authoring.steps import StepAt
from tutor.course.models import Code, Distractor, Measure, Mistake, Order, Value, Variant
from tutor.course.resolve import text_for
from tutor.course.yaml_positions import Keys


def mistake_notes(at: StepAt) -> Iterator[Note]:
    """Everything about the mistakes of one step."""
    step = at.step
    if isinstance(step, Value | Measure):
        yield from _of_value(step, at)
    elif isinstance(step, Code):
        for framework, variant in step.variants.items():
            keys = (*at.keys, "variants", framework)
            yield from _of_program(variant, keys)
            yield from _of_exceptions(variant, keys)
    elif isinstance(step, Order):
        per_framework = (
            [((*at.keys, "distractors", name), each) for name, each in step.distractors.items()]
            if isinstance(step.distractors, dict)
            else [((*at.keys, "distractors"), step.distractors)]
        )
        for keys, distractors in per_framework:
            yield from _of_lines(distractors, keys)


def _of_value(step: Value | Measure, at: StepAt) -> Iterator[Note]:
    for framework in at.frameworks:
        answer = text_for(step.answer, framework)
        seen = {normal_form(answer): 0} if answer else {}
        for number, mistake in enumerate(step.mistakes, 1):
            keys = (
                *at.keys,
                "mistakes",
                number - 1,
                "answer" if mistake.probe is None else "probe",
            )
            form = _typed_or_probed(mistake, text_for(mistake.probe, framework))
            if form in seen:
                yield Note("same", keys, _same(seen[form], "answer"))
            seen.setdefault(form, number)


def _typed_or_probed(mistake: Mistake, probe: str) -> str:
    if probe:
        return normal_form(probe)
    return "typed " + " ".join((mistake.answer or "").split()).lower()


def _of_program(variant: Variant, keys: Keys) -> Iterator[Note]:
    seen = {normal_form(variant.solution): 0}
    for number, mistake in enumerate(variant.mistakes, 1):
        if mistake.code is None:
            continue
        path = (*keys, "mistakes", number - 1, "code")
        form = normal_form(mistake.code)
        if form in seen:
            yield Note("same", path, _same(seen[form], "solution"))
        seen.setdefault(form, number)


def _of_exceptions(variant: Variant, keys: Keys) -> Iterator[Note]:
    """A mistake told by its exception alone hides those after it with the same one."""
    seen: dict[tuple[str, str], int] = {}
    for number, mistake in enumerate(variant.mistakes, 1):
        if mistake.raises is None or mistake.code is not None:
            continue
        matching = mistake.matching or ""
        for (raises, part), first in seen.items():
            if raises == mistake.raises and part in matching:
                message = (
                    f"mistake {first} takes every `{raises}` that this one would; put this one"
                    " first, or give it another `matching`"
                )
                yield Note("same", (*keys, "mistakes", number - 1, "raises"), message)
                break
        seen.setdefault((mistake.raises, matching), number)


def _of_lines(distractors: Sequence[Distractor], keys: Keys) -> Iterator[Note]:
    seen: dict[str, int] = {}
    for number, distractor in enumerate(distractors, 1):
        line = distractor.line.rstrip()
        if line in seen:
            message = f"this distractor is equal to distractor {seen[line]}"
            yield Note("same", (*keys, number - 1, "line"), message)
        seen.setdefault(line, number)


def _same(first: int, right: str) -> str:
    if first == 0:
        return f"this mistake is equal to the {right}, spacing and comments aside"
    return f"this mistake is equal to mistake {first}, so its message is never shown"
