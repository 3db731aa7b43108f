"""Grades code: what its probes gave, beside what the solution's gave.

Author's mistakes first, then the general diagnoses, then the plain difference. A wrong program that
the author foresaw matches when its probes give what the learner's give, for every check and seed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tutor.grading.compare import (
    Ignorable,
    Rules,
    as_float,
    compare,
    literal,
)
from tutor.grading.diagnose import Diagnosis
from tutor.grading.errors_explained import clean, explain
from tutor.grading.leaves import diagnose_leaves
from tutor.grading.values import Nothing, Number, Raised, Text, Value
from tutor.grading.verdict import CheckResult, Verdict
from tutor.grading.words import as_code, counted, is_callable, kind_of, show_number

Table = Sequence[Sequence[Value]]
"""Per seed, per check."""


@dataclass(frozen=True)
class CheckSpec:
    """What one probe must satisfy. By default: what the solution gives for the same probe."""

    label: str
    """The probe's source, as sentences name it."""
    name: str = ""
    """What the list of checks calls it; by default the label."""
    equals: bool = False
    """Whether it must equal another expression, evaluated in the learner's own program."""
    is_: object = None
    """A constant that it must equal."""
    at_least: float | None = None
    """A lower bound."""
    at_most: float | None = None
    """An upper bound."""
    raises: str | None = None
    """The exception type that evaluating it must raise."""
    rtol: float | None = None
    """Relative tolerance; the default goes by dtype and device."""
    atol: float | None = None
    """Absolute tolerance; the default goes by dtype and device."""
    ignore: Collection[Ignorable] = ()
    """Differences that are beside the point."""
    say: str | None = None
    """What to say when it fails."""

    @property
    def rules(self) -> Rules:
        """How values are compared for this check."""
        return Rules(self.rtol, self.atol, self.ignore, liberal=self.is_ is not None)

    @property
    def bounded(self) -> bool:
        """Whether it sets bounds rather than a value."""
        return self.at_least is not None or self.at_most is not None


@dataclass(frozen=True)
class WrongProgram:
    """A wrong program that the author foresaw: by what its probes give, or by how it raises."""

    say: str
    """What to say to a learner who wrote it."""
    values: Table | None = None
    """What its probes gave, per seed and check; None when it raised."""
    raises: str | None = None
    """The exception type it ends in."""
    matching: str | None = None
    """A part of the exception's message."""

    def raised_as(self, error: Raised) -> bool:
        """Return whether an exception is this program's."""
        if self.raises is None and self.matching is None:
            return False
        named = self.raises is None or _last(self.raises) in (error.type, *error.bases)
        return named and (self.matching is None or self.matching in error.message)


@dataclass(frozen=True)
class _Failure:
    """Why one check failed for one seed."""

    words: str
    """A sentence."""
    slug: str
    expected: Value | None = None
    """The value it was compared with; None for bounds and exceptions."""
    got: Value | None = None
    final: bool = False
    """Whether the words settle it, so that an author's `say` is beside the point."""
    extra: str = ""
    """A hint to add to a plain difference."""
    line: int = 0
    """The learner's own line that raised; 0 when none did."""
    error: str = ""
    """What it raised, with where and why: said of the first check that raised it."""


def grade_code(
    checks: Sequence[CheckSpec],
    expected: Table,
    got: Table,
    equals: Sequence[Sequence[Value | None]],
    *,
    mistakes: Sequence[WrongProgram] = (),
    sizes: Sequence[int] = (),
) -> Verdict:
    """Grade what the probes gave.

    Args:
        checks: What must hold.
        expected: What the solution's probes gave, per seed and check.
        got: What the learner's gave.
        equals: In the learner's program, the value each check with `equals` must equal.
        mistakes: Wrong programs foreseen, in order.
        sizes: Plausible batch sizes: the lengths of the inputs' axes, and their element counts.
    """
    run = _Run(checks, expected, got, equals)
    unfit = run.unfit()
    if unfit:
        return Verdict(verdict="unchecked", message=unfit, diagnosis="reference")
    failures = run.failures(got)
    if not any(failure for row in failures for failure in row):
        return Verdict(
            verdict="pass",
            message=_passed(checks, len(got)),
            checks=tuple(
                CheckResult(label=check.name or check.label, passed=True) for check in checks
            ),
        )
    results: list[CheckResult] = []
    first: tuple[str, str] | None = None
    told: set[str] = set()
    for check, row in zip(checks, failures, strict=True):
        if not any(row):
            results.append(CheckResult(label=check.name or check.label, passed=True))
            continue
        slug, words = _explain(check, row, tuple(sizes))
        error = next(failure.error for failure in row if failure)
        if error in told:
            words = "The same error as above."
        elif error:
            told.add(error)
        results.append(CheckResult(label=check.name or check.label, passed=False, message=words))
        first = first or (slug, f"{_what_is_not_so(check, row, slug)}{words}")
    assert first is not None, "some check failed"
    said = _foreseen(run, failures, mistakes)
    slug, words = ("author", said) if said else first
    return Verdict(
        verdict="unchecked" if slug == "unseen" else "fail",
        message=words,
        diagnosis=slug,
        checks=tuple(results),
        line=next((failure.line for row in failures for failure in row if failure), 0),
    )


@dataclass(frozen=True)
class _Run:
    """The checks and the values that they compare, per seed and check."""

    checks: Sequence[CheckSpec]
    expected: Table
    got: Table
    equals: Sequence[Sequence[Value | None]]

    def unfit(self) -> str:
        """Why nothing can be checked; empty when it can."""
        tables = (self.expected, self.got, self.equals)
        if not self.checks or not self.got:
            return "There is nothing to check here."
        if any(len(table) != len(self.got) for table in tables) or any(
            len(row) != len(self.checks) for table in tables for row in table
        ):
            return "Your code and the lesson's own answer gave different numbers of results."
        for row in self.expected:
            for check, value in zip(self.checks, row, strict=True):
                # An error in the solution must not let the same error pass.
                if isinstance(value, Raised) and not check.raises:
                    return (
                        f"The lesson's own answer raised {_error(value)} in `{check.label}`, "
                        "so yours was not checked."
                    )
        return ""

    def failures(self, values: Table) -> list[list[_Failure | None]]:
        """Per check and seed: why `values` fail; None where they do not."""
        return [
            [
                _check(check, expected[place], row[place], equals[place])
                for expected, row, equals in zip(self.expected, values, self.equals, strict=True)
            ]
            for place, check in enumerate(self.checks)
        ]


def _passed(checks: Sequence[CheckSpec], seeds: int) -> str:
    agree = [check for check in checks if not (check.bounded or check.raises or check.is_)]
    inputs = f" on {seeds} fresh inputs" if seeds > 1 else ""
    if len(checks) == 1 and agree:
        return f"Right: `{checks[0].label}` agrees{inputs}."
    if len(checks) == 1:
        return f"Right: `{checks[0].label}` is as it should be{inputs}."
    return f"Right: all {counted(len(checks), 'check')} hold{inputs}."


def _foreseen(
    run: _Run, failures: Sequence[Sequence[_Failure | None]], mistakes: Sequence[WrongProgram]
) -> str:
    """The message of the first foreseen program that gives what the learner's gives."""
    failed = [
        run.got[seed][place]
        for place, row in enumerate(failures)
        for seed, failure in enumerate(row)
        if failure
    ]
    pattern = [[bool(failure) for failure in row] for row in failures]
    for mistake in mistakes:
        if isinstance(failed[0], Raised) and mistake.raised_as(failed[0]):
            return mistake.say
        if mistake.values is not None and _gives(run, mistake.values, pattern):
            return mistake.say
    return ""


def _gives(run: _Run, values: Table, pattern: Sequence[Sequence[bool]]) -> bool:
    """Whether a wrong program gives the learner's values, and fails where the learner's fails."""
    if len(values) != len(run.got) or any(len(row) != len(run.checks) for row in values):
        return False
    if not all(
        _alike(check, wrong, got)
        for row, own in zip(values, run.got, strict=True)
        for check, wrong, got in zip(run.checks, row, own, strict=True)
    ):
        return False
    return [[bool(failure) for failure in row] for row in run.failures(values)] == pattern


def _alike(check: CheckSpec, wrong: Value, got: Value) -> bool:
    """Whether a wrong program's value is the learner's. A bound only sorts: timings vary."""
    if check.bounded and as_float(wrong) is not None and as_float(got) is not None:
        return True
    if isinstance(wrong, Raised) and isinstance(got, Raised) and check.raises is None:
        # Many mistakes end in a RuntimeError; the same one says the same about the same inputs.
        return _error(wrong) == _error(got)
    return compare(wrong, got, check.rules) is None


# ── one check, one seed ──────────────────────────────────────────────────────────────────────────


def _check(check: CheckSpec, expected: Value, got: Value, other: Value | None) -> _Failure | None:
    label = f"`{check.label}`"
    if check.raises is not None:
        return _must_raise(label, check.raises, got)
    if isinstance(got, Raised):
        return _probe_raised(label, got)
    if check.bounded:
        return _within(label, check, got)
    if check.is_ is not None:
        return _different(label, literal(check.is_), got, check)
    if check.equals and other is not None:
        if isinstance(other, Raised):
            return _probe_raised(f"what {label} is compared with", other)
        return _different(label, other, got, check)
    return _different(label, expected, got, check)


def _must_raise(label: str, wanted: str, got: Value) -> _Failure | None:
    if not isinstance(got, Raised):
        return _Failure(f"{label} should raise `{wanted}`, and it does not raise.", "raised")
    if _last(wanted) in (got.type, *got.bases):
        return None
    words = f"{label} should raise `{wanted}`; it raised {_error(got)}."
    return _Failure(words, "raised")


def _probe_raised(label: str, got: Raised) -> _Failure:
    missing = re.match(r"name '(\w+)' is not defined", got.message)
    if got.type == "NameError" and missing:
        return _Failure(_undefined(missing.group(1)), "undefined", final=True)
    cause = explain(got.type, got.message)
    because = f" {cause}" if cause else ""
    where = f" on line {got.line}, `{got.source}`" if got.line else ""
    error = f"raised {_error(got)}{where}.{because}"
    return _Failure(f"{label} {error}", "raised", final=True, line=got.line, error=error)


_MODULES = ("jax", "jnp", "keras", "np", "numpy", "optax", "tensorflow", "tf", "torch")
_ELSEWHERE = {"true": "True", "false": "False", "none": "None", "null": "None"}
"""What other languages call Python's constants."""


def _undefined(name: str) -> str:
    if name in _MODULES:
        return (
            f"`{name}` is not imported: use what the code imports at the top, or add an import "
            "there."
        )
    if name in _ELSEWHERE:
        return f"Nothing is named `{name}`: Python writes `{_ELSEWHERE[name]}`."
    return f"Nothing is named `{name}`: define or import it, spelled just so."


def _error(got: Raised) -> str:
    message = clean(got.message).rstrip(".")
    if len(message) > 200:
        message = f"{message[:199]}…"
    return as_code(f"{got.type}: {message}" if message else got.type)


def _within(label: str, check: CheckSpec, got: Value) -> _Failure | None:
    value = as_float(got)
    if value is None:
        return _unlike(label, got) or _Failure(
            f"{label} is {kind_of(got)}, where a number belongs.", "kind"
        )
    shown = show_number(value)
    if check.at_least is not None and not value >= check.at_least:
        words = f"{label} is {shown}; it must be at least {show_number(check.at_least)}."
        return _Failure(words, "too-small")
    if check.at_most is not None and not value <= check.at_most:
        words = f"{label} is {shown}; it must be at most {show_number(check.at_most)}."
        return _Failure(words, "too-large")
    return None


def _unlike(label: str, got: Value) -> _Failure | None:
    """What a value of another kind usually means."""
    if isinstance(got, Nothing):
        return _Failure(f"{label} is `None`{_why_none(label)}", "returned-none", final=True)
    if is_callable(got):
        words = f"{label} is a function: did you forget to call it?"
        return _Failure(words, "not-called", final=True)
    return None


def _why_none(label: str) -> str:
    """The end of a sentence about a value that is None."""
    called = label.strip("`")
    if called.startswith("raises("):
        return ": nothing was raised."
    return ": is there a `return`?" if called.endswith(")") else "."


_HINTS: dict[str, str] = {
    "graph": "`detach`, `item`, `numpy`, `no_grad` and a fresh tensor all cut it.",
    "finite": "Look for a logarithm of 0, a division by 0, or an `exp` that overflows.",
}


def _different(label: str, expected: Value, got: Value, check: CheckSpec) -> _Failure | None:
    difference = compare(expected, got, check.rules)
    if difference is None:
        return None
    if difference.kind == "kind" and not difference.path:
        special = _unlike(label, got)
        if special:
            return special
    at = f" at `{difference.path}`" if difference.path else ""
    clause = difference.words
    if difference.kind == "kind" and isinstance(difference.got, Nothing) and difference.path:
        words = (
            f"{label}{at} is `None`: nothing was stored there, as for a gradient that never "
            "reached it."
        )
        return _Failure(words, "disconnected", final=True)
    return _Failure(
        f"{label}{at} {clause}.",
        difference.kind,
        expected,
        got,
        extra=_HINTS.get(difference.kind, ""),
    )


def _last(name: str) -> str:
    return name.rpartition(".")[2]


# ── why ──────────────────────────────────────────────────────────────────────────────────────────


def _explain(
    check: CheckSpec, row: Sequence[_Failure | None], sizes: tuple[int, ...]
) -> tuple[str, str]:
    """The slug and words for a check that failed for some seeds."""
    failed = [failure for failure in row if failure]
    first = failed[0]
    if first.final:
        return first.slug, first.words
    some = f" That is so for {len(failed)} of {len(row)} inputs." if len(failed) < len(row) else ""
    found = _diagnosis(check, failed, sizes)
    if found:
        words = f"{found.words}{some}"
        return found.slug, f"{words} {check.say}" if check.say else words
    if check.say:
        return first.slug, check.say
    return first.slug, f"{first.words} {first.extra}".rstrip() + some


def _what_is_not_so(check: CheckSpec, row: Sequence[_Failure | None], slug: str) -> str:
    """What the check calls itself, where "is False" would say little of what went wrong."""
    got = next(failure.got for failure in row if failure)
    bare = isinstance(got, Text) or (isinstance(got, Number) and got.kind == "bool")
    if slug != "value" or check.say or not check.name or not bare:
        return ""
    return f"Not so yet: {check.name}. "


def _diagnosis(
    check: CheckSpec, failed: Sequence[_Failure], sizes: tuple[int, ...]
) -> Diagnosis | None:
    """The general mistake behind every failing seed."""
    pairs: list[tuple[Value, Value]] = []
    for failure in failed:
        if failure.expected is None or failure.got is None:
            return None
        if failure.slug not in ("value", "finite", "rank", "shape"):
            return None
        pairs.append((failure.expected, failure.got))
    return diagnose_leaves(check.label, pairs, check.rules, sizes)
