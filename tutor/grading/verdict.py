"""What grading returns: one of four verdicts, and the words for the learner."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

VerdictName = Literal["pass", "fail", "unchecked", "skipped"]


class CheckResult(Struct, frozen=True, kw_only=True):
    """How one check went."""

    label: str
    """What was checked, as the learner reads it: the probe's source by default."""
    passed: bool
    message: str = ""
    """Why not; empty on a pass."""


class Verdict(Struct, frozen=True, kw_only=True):
    """The answer to one attempt."""

    verdict: VerdictName
    message: str
    """Markdown; one to three sentences: what is right, what is wrong, the likely mistake."""
    diagnosis: str = ""
    """A stable slug: `author` for a foreseen mistake, `scaled-by-n`, `transposed`, `raised` …"""
    checks: tuple[CheckResult, ...] = ()
    """One per check, in order; those after the first failure too."""
    framework: str = ""
    """The framework it ran in; empty when nothing ran."""
    device: str = ""
    """Where it ran, as the framework names it, with the hardware's name where known."""
    seconds: float = 0.0
    """The learner's own code; not importing, not start-up."""
    line: int = 0
    """1-based line of the learner's code to look at; 0 when there is none."""
    explain: str = ""
    """The author's explanation; on a pass only."""
