"""Whether one exercise's solutions give the same numbers in every framework.

Inputs are drawn from the same seeds in all of them, so a probe that is written the same way should
give the same values; a solution that does not is likely wrong in one of them. A check may say that
its values differ, and why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from tutor.authoring.proofs import Proof
from tutor.authoring.remarks import Remark
from tutor.course.models import Check, Code, FrameworkName
from tutor.course.resolve import text_for
from tutor.grading.compare import Rules, compare, pair_up
from tutor.grading.values import Value
from tutor.session.plan import split_checks

SAME = Rules(rtol=1e-3, atol=1e-4, ignore=("dtype", "rank", "device", "graph"), liberal=True)
"""Frameworks sum in different orders and keep different dtypes; a slip in a solution is larger."""


def disagreements(proofs: Iterable[Proof]) -> list[Remark]:
    """A remark for each check whose values in one framework are not those in the first."""
    by_step: dict[str, list[Proof]] = defaultdict(list)
    for proof in proofs:
        if proof.values is not None:
            by_step[f"{proof.subject.document.name} {proof.subject.name}"].append(proof)
    found: list[Remark] = []
    for group in by_step.values():
        first, *others = group
        for other in others:
            if other.subject.framework != first.subject.framework:
                found += _between(first, other)
    return found


def _between(first: Proof, other: Proof) -> list[Remark]:
    step = first.subject.step
    assert isinstance(step, Code), "only code steps keep their values"
    assert first.values is not None
    assert other.values is not None
    ours, _ = split_checks(step.checks, first.values)
    theirs, _ = split_checks(step.checks, other.values)
    names = (first.subject.framework, other.subject.framework)
    found: list[Remark] = []
    for place, check in enumerate(step.checks):
        if not _comparable(check, *names):
            continue
        pairs = [(one[place], two[place]) for one, two in zip(ours, theirs, strict=True)]
        if _differ(pairs):
            message = (
                f"`{text_for(check.that, names[1])}` does not give what it gives in {names[0]}, on "
                "the same inputs. If that is meant, say why in `differs:` of the check."
            )
            remark = other.subject.remark("agreement", message, "checks", place, severity="warning")
            found.append(remark)
    return found


def _comparable(check: Check, one: FrameworkName, other: FrameworkName) -> bool:
    """Whether the check compares with the solution, and asks the same of both frameworks."""
    plain = check.is_ is None and check.at_least is None and check.at_most is None
    same = text_for(check.that, one) == text_for(check.that, other)
    return plain and same and not check.raises and not check.differs


def _differ(pairs: Sequence[tuple[Value, Value]]) -> bool:
    """Whether numbers differ; values that are not numbers are each framework's own affair."""
    for one, other in pairs:
        leaves = pair_up(one, other, SAME)
        numbers = isinstance(leaves, list) and all(leaf.arrays for leaf in leaves)
        if numbers and compare(one, other, SAME) is not None:
            return True
    return False
