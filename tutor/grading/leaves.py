"""Names the mistake behind a failed check, leaf by leaf of the structures it compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.grading.case import Case
from tutor.grading.compare import Pair, Rules, compare, pair_up
from tutor.grading.diagnose import Diagnosis, diagnose
from tutor.grading.tolerance import EXACT, Tolerance, default_tolerance
from tutor.grading.values import Value
from tutor.grading.words import key_list

MAX_NAMED = 3
"""Wrong leaves that are told one by one; of more, only what they have in common."""


@dataclass(frozen=True)
class _Wrong:
    """One leaf that is wrong for some seeds."""

    path: str
    cases: tuple[Case, ...]
    """One per seed; empty where it is no array."""
    sources: frozenset[str]
    """The leaves whose right value it holds, for every seed."""


def diagnose_leaves(
    label: str, failed: Sequence[tuple[Value, Value]], rules: Rules, sizes: tuple[int, ...]
) -> Diagnosis | None:
    """Return the mistake behind a check's wrong values, or None.

    Args:
        label: The check's expression.
        failed: Per seed for which it failed: the expected value, the learner's.
        rules: How the check compares.
        sizes: Plausible batch sizes.
    """
    trees: list[list[Pair]] = []
    for expected, got in failed:
        pairs = pair_up(expected, got, rules)
        if not isinstance(pairs, list):
            return None
        trees.append(pairs)
    leaves = {pair.path for pairs in trees for pair in pairs}
    wrong = _wrong_leaves(trees, rules, sizes)
    whole = len(leaves) == 1
    paths = [leaf.path for leaf in wrong]
    it = f"`{label}`" if whole or len(wrong) == len(leaves) > 1 else _at(label, paths)
    found: Diagnosis | None = None
    if all(leaf.cases for leaf in wrong):
        found = diagnose([case for leaf in wrong for case in leaf.cases], it)
    if whole or not wrong:
        return found
    found = found or _misplaced(label, wrong) or _one_by_one(label, wrong)
    rest = len(leaves) - len(wrong)
    if found is None or not rest:
        return found
    others = "The other leaf is" if rest == 1 else f"The other {rest:,} leaves are"
    return Diagnosis(found.slug, f"{found.words} {others} right.")


def _at(label: str, paths: Sequence[str]) -> str:
    return f"`{label}` at {key_list(list(paths))}"


def _wrong_leaves(
    trees: Sequence[Sequence[Pair]], rules: Rules, sizes: tuple[int, ...]
) -> list[_Wrong]:
    cases: dict[str, list[Case | None]] = {}
    sources: dict[str, set[str]] = {}
    for pairs in trees:
        for pair in pairs:
            if len(pairs) > 1 and compare(pair.expected, pair.got, rules) is None:
                continue
            cases.setdefault(pair.path, []).append(_case(pair, rules, sizes))
            held = _held(pair, pairs, rules) if len(pairs) > 1 else set[str]()
            sources[pair.path] = sources.get(pair.path, held) & held
    return [
        _Wrong(
            path,
            tuple(case for case in found if case) if all(found) else (),
            frozenset(sources[path]),
        )
        for path, found in cases.items()
    ]


def _held(pair: Pair, pairs: Sequence[Pair], rules: Rules) -> set[str]:
    """The paths of the other leaves whose right value the learner has here."""
    if pair.arrays is None:
        return set()
    return {
        other.path
        for other in pairs
        if other.path != pair.path and compare(other.expected, pair.got, rules) is None
    }


def _case(pair: Pair, rules: Rules, sizes: tuple[int, ...]) -> Case | None:
    if pair.arrays is None:
        return None
    expected, got = pair.arrays
    if rules.rtol is not None or rules.atol is not None:
        # Wide bounds set for an approximation must not make a diagnosis fit by chance.
        tolerance = Tolerance(min(rules.rtol or 0.0, 1e-2), rules.atol or 0.0)
    elif expected.exact and got.exact:
        tolerance = EXACT
    else:
        both = (
            default_tolerance(side.dtype, side.device) for side in (expected, got) if not side.exact
        )
        tolerance = max(both, key=lambda bound: bound.rtol)
    return Case(expected, got, tolerance, sizes)


def _misplaced(label: str, wrong: Sequence[_Wrong]) -> Diagnosis | None:
    """Leaves that hold what belongs in others: swapped, or one of them twice."""
    if not all(len(leaf.sources) == 1 for leaf in wrong):
        return None
    source = {leaf.path: next(iter(leaf.sources)) for leaf in wrong}
    if set(source) == set(source.values()):
        words = (
            f"`{label}` has right values in the wrong places: {key_list(list(source))} hold each "
            "other's."
        )
        return Diagnosis("leaves-swapped", words)
    if set(source).isdisjoint(source.values()):
        path, other = next(iter(source.items()))
        words = (
            f"`{label}` has the same at `{path}` as at `{other}`, and they should differ: the same "
            "thing is computed twice, such as with one random key or one argument."
        )
        return Diagnosis("leaves-repeated", words)
    return None


def _one_by_one(label: str, wrong: Sequence[_Wrong]) -> Diagnosis | None:
    """Another mistake in each leaf."""
    if len(wrong) > MAX_NAMED:
        return None
    slugs: list[str] = []
    words: list[str] = []
    for leaf in wrong:
        it = f"`{label}` at `{leaf.path}`" if not words else f"`{leaf.path}`"
        found = diagnose(leaf.cases, it)
        if found is None or found.slug == "ambiguous":
            words.append(f"{it} is wrong too." if slugs else f"{it} is wrong.")
        else:
            slugs.append(found.slug)
            words.append(found.words)
    return Diagnosis(slugs[0], " ".join(words)) if slugs else None
