"""What proving one exercise yields, and what every kind of proof needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tutor.authoring.remarks import Remark
from tutor.authoring.runner import Runner, on_device
from tutor.authoring.subjects import Subject
from tutor.grading.values import Value
from tutor.runtime.job import How, Job, Outcome
from tutor.session.plan import SEED_SETS, with_views
from tutor.views.model import View


@dataclass(frozen=True)
class Effort:
    """How hard to try."""

    sets: int = SEED_SETS
    """On how many of the sets of seeds, that learners' attempts take turns at, solutions run."""
    repeats: int = 2
    """How often each is run on the first set, in workers of their own."""
    wrong_sets: int = 2
    """On how many of the sets foreseen wrong programs run.

    There are three to a solution. On all four sets, twice on the first, they were two thirds of the
    time of a whole course, and found nothing more in its 30 lessons than on two.
    """
    wrong_repeats: int = 1
    """How often those are run on the first set."""

    @classmethod
    def asked(cls, *, sets: int | None = None, repeats: int | None = None) -> Effort:
        """The usual effort, but for what somebody asks of every program, right or wrong."""
        effort = cls()
        if sets is not None:
            effort = replace(effort, sets=sets, wrong_sets=sets)
        if repeats is not None:
            effort = replace(effort, repeats=repeats, wrong_repeats=repeats)
        return effort


@dataclass
class Proof:
    """What is known of one subject on one device."""

    subject: Subject
    device: str
    """As a job names it: `auto` or `cpu`."""
    remarks: list[Remark] = field(default_factory=list[Remark])
    notes: list[str] = field(default_factory=list[str])
    """What cannot be proved, and is no fault."""
    skipped: str = ""
    """Why this machine cannot run it."""
    ran_on: str = ""
    """The device, as the framework names it."""
    values: Sequence[Sequence[Value]] | None = None
    """For code that passed: what the solution's probes gave, per seed of the first set."""
    wanted: tuple[str, ...] = ()
    """Names of the views that the step shows of its own program."""
    views: dict[str, View] = field(default_factory=dict[str, View])
    """Those that came, by name."""
    viewed: How = "not-started"
    """How the making of those ended."""


@dataclass(frozen=True)
class Bench:
    """Where a proof runs, and how hard it tries."""

    runner: Runner
    effort: Effort


async def run_with_views(proof: Proof, bench: Bench, job: Job, *, alone: bool = False) -> Outcome:
    """Run a step's own program as learners do, with the views that the step shows of it."""
    subject = proof.subject
    job = on_device(with_views(job, subject.step, subject.framework), proof.device)
    outcome = await bench.runner.run(job, alone=alone, ahead=False, views=proof.views)
    proof.wanted = tuple(each.name for each in job.views)
    proof.ran_on = outcome.device
    proof.viewed = outcome.views if outcome.how == "finished" else "not-started"
    return outcome


def ended(outcome: Outcome) -> str:
    """How a program of the author's ended: a clause without a full stop, on one line."""
    if outcome.how == "raised" and outcome.error is not None:
        message = " ".join(outcome.error.message.split())[:200]
        return f"it raised {outcome.error.type}" + (f": {message.rstrip('.')}" if message else "")
    # What follows the first sentence is advice to a learner.
    first = re.split(r"(?<=[^.]\.)\s", " ".join(outcome.words.split()), maxsplit=1)[0]
    return first.rstrip(".") or f"it {outcome.how}"


def line_of(outcome: Outcome, block: str) -> int:
    """The 1-based line of the block that an exception came through last; 0 when none."""
    frames = outcome.error.frames if outcome.error is not None else ()
    return next((frame.line for frame in reversed(frames) if frame.block == block), 0)


def short(text: str, length: int = 160) -> str:
    """The text on one line, cut where it would fill the screen."""
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 1]}…"


_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w]|\.\d)")
_RESULT = (
    r"(?:[=:]|\b(?:makes?|leaves?|gives?|gets?|equals?|is))\s*[`*]*%s[`*]*\s*(?:[.,;!?)](?!\d)|$)"
)
"""How a text ends on a result. A digit that stands elsewhere counts things: "there is 1 row"."""
_WORD = re.compile(r"[A-Za-z_]\w+")


def gives_away(answers: Iterable[str], form: str, text: str, visible: str) -> str:
    """The answer, where a hint spells it out; empty where it does not.

    A number, dtype or word that the question itself shows gives nothing away, and neither does one
    of several dtypes or errors that a hint weighs against each other.
    """
    text = text.replace("−", "-")
    for answer in answers:
        match form:
            case "number":
                shown = set(_NUMBER.findall(visible.replace("−", "-")))
                if answer in shown or answer not in _NUMBER.findall(text):
                    continue
                if len(answer) > 1 or re.search(_RESULT % re.escape(answer), text):
                    return answer
            case "dtype" | "exception":
                named = {word for word in _WORD.findall(text) if _like(word, form)}
                if named == {answer.rpartition(".")[2]} and not re.search(
                    rf"\b{re.escape(answer)}\b", visible
                ):
                    return answer
            case "list" | "shape" | "text":
                if len(answer) > 3 and answer in text and answer not in visible:
                    return answer
            case _:
                pass
    return ""


def _like(word: str, form: str) -> bool:
    if form == "dtype":
        return re.fullmatch(r"(u?int|float|bfloat|complex)\d+|bool", word) is not None
    return word.endswith(("Error", "Exception", "Warning"))
