"""Names the likely mistake behind wrong numbers, when exactly one explains all of them."""

from __future__ import annotations

from collections.abc import Sequence
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

    Each case is a wrong array: another leaf, check or seed. Where several rules of one family fit,
    the answer says what they share; where unrelated ones do, it says nothing. `it` names what is
    wrong, such as `your answer`.
    """
    if not cases:
        return None
    fits = [fit for rule in RULES if not rule.fallback and (fit := _fit(rule, cases))]
    if not fits:
        fits = [fit for rule in RULES if rule.fallback and (fit := _fit(rule, cases))][:1]
    if not fits:
        return None
    families = {fit.rule.family for fit in fits}
    if len(fits) == 1:
        return Diagnosis(fits[0].rule.slug, _say(fits[0].rule.words, fits[0].facts, it))
    if len(families) == 1 and "" not in families:
        slug, words = FAMILIES[families.pop()]
        return Diagnosis(slug, _say(words, {"factor": _factor(fits)}, it))
    return None


def _fit(rule: DiagnosisRule, cases: Sequence[Case]) -> _Fit | None:
    facts: Facts | None = None
    for case in cases[:MAX_CASES]:
        found = rule.find(case)
        if found is None or (facts is not None and found != facts):
            return None
        facts = found
    return None if facts is None else _Fit(rule, facts)


def _factor(fits: Sequence[_Fit]) -> object:
    for fit in fits:
        for name in ("n", "k"):
            if name in fit.facts:
                return fit.facts[name]
    return 100 if any(fit.rule.slug in ("percent", "fraction") for fit in fits) else 2


def _say(words: str, facts: Facts, it: str) -> str:
    return words.format(**facts, it=it, It=it[:1].upper() + it[1:])
