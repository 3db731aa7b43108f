"""Names the likely mistake behind wrong numbers, when exactly one explains all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tutor.grading.case import Case, DiagnosisRule, Facts
from tutor.grading.misconceptions import FAMILIES, RULES

MAX_CASES = 64
"""Leaves looked at: a model's state_dict may have hundreds, and a few dozen settle the matter."""


@dataclass(frozen=True)
class Diagnosis:
    """A likely mistake."""

    slug: str
    """Stable; goes into the verdict."""
    words: str
    """A sentence for the learner."""


@dataclass(frozen=True)
class _Fit:
    rule: DiagnosisRule
    facts: Facts


def diagnose(cases: Sequence[Case], it: str = "it") -> Diagnosis | None:
    """Return the one mistake that explains every case, or None.

    Each case is a wrong array: another leaf, check or seed. In this order: a mistake in all
    elements; the same in some of them, the rest being right; what is only like a mistake, such as
    a factor of no known origin. Where several of one family fit, the answer says what they share;
    where two others do, it names both and asks for another input. `it` names what is wrong, such as
    `your answer`.
    """
    cases = cases[:MAX_CASES]
    if not cases:
        return None
    fits = _fits(RULES, cases)
    if fits:
        return _settle(fits, it)
    return _in_part(cases, it) or _settle(_fits(RULES, cases, fallback=True)[:1], it)


def _fits(
    rules: Iterable[DiagnosisRule], cases: Sequence[Case], *, fallback: bool = False
) -> list[_Fit]:
    return [fit for rule in rules if rule.fallback == fallback and (fit := _fit(rule, cases))]


def _fit(rule: DiagnosisRule, cases: Sequence[Case]) -> _Fit | None:
    facts: Facts | None = None
    for case in cases:
        found = rule.find(case)
        if found is None or (facts is not None and found != facts):
            return None
        facts = found
    return None if facts is None else _Fit(rule, facts)


def _in_part(cases: Sequence[Case], it: str) -> Diagnosis | None:
    """The mistake in the wrong elements, where the others are right."""
    parts: list[Case] = []
    for case in cases:
        if not case.expected.items or case.expected.shape != case.got.shape:
            return None
        # One wrong element fits too many mistakes, and all of them were tried before.
        if not 2 <= len(case.wrong) < len(case.got.items):
            return None
        parts.append(case.part(case.wrong))
    counts = {(len(case.wrong), len(case.got.items)) for case in cases}
    many, total = counts.pop()
    where = f"{many:,} of its {total:,} elements" if not counts else "some of its elements"
    fits = _fits((rule for rule in RULES if rule.each), parts)
    found = _settle(fits, f"{it} at {where}")
    return found if found and found.slug != "ambiguous" else None


def _settle(fits: Sequence[_Fit], it: str) -> Diagnosis | None:
    families: dict[str, list[_Fit]] = {}
    for fit in fits:
        families.setdefault(fit.rule.family or fit.rule.slug, []).append(fit)
    found = [_shared(name, members, it) for name, members in families.items()]
    if len(found) == 1:
        return found[0]
    if len(found) == 2:
        either, other = (diagnosis.words for diagnosis in found)
        return Diagnosis(
            "ambiguous",
            f"Two mistakes would give just that. {either} Or: {other[:1].lower()}{other[1:]} "
            "Work it out for another input, and see which of the two it is.",
        )
    return None


def _shared(family: str, fits: Sequence[_Fit], it: str) -> Diagnosis:
    """What the rules of one family say, all of which fit."""
    if len(fits) == 1:
        return Diagnosis(fits[0].rule.slug, _say(fits[0].rule.words, fits[0].facts, it))
    slug, words = FAMILIES[family]
    return Diagnosis(slug, _say(words, {"factor": _factor(fits)}, it))


def _factor(fits: Sequence[_Fit]) -> object:
    for fit in fits:
        for name in ("n", "k"):
            if name in fit.facts:
                return fit.facts[name]
    return 100 if any(fit.rule.slug in ("percent", "fraction") for fit in fits) else 2


def _say(words: str, facts: Facts, it: str) -> str:
    return words.format(**facts, it=it, It=it[:1].upper() + it[1:])
