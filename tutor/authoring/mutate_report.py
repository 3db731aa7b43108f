"""How the findings of `author mutate` are printed: as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from tutor.authoring.mutate import MutationReport, Score
from tutor.authoring.remarks import count


def print_report(report: MutationReport, *, as_json: bool) -> None:
    """Print survivors with their diffs and the scores, or one JSON object."""
    if as_json:
        print(json.dumps(as_data(report)))
        return
    for remark in report.remarks:
        first, _, rest = remark.message.partition("\n")
        place = f"{remark.path}:{remark.line}:{remark.column}"
        print(f"{place}: {remark.severity}: {first} [{remark.rule}]")
        for line in rest.splitlines():
            print(f"    {line}")
    width = max((len(_title(score)) for score in report.scores), default=0)
    for score in report.scores:
        if score.skipped:
            print(f"{_title(score):<{width}}  skipped: {score.skipped}")
        elif score.mutants:
            print(f"{_title(score):<{width}}  {_figures(score)}")
    mutants, killed, marked = report.total
    if not report.scores and not report.remarks:
        print("No `code` step is among what was named, so there is nothing to mutate.")
        return
    print(
        f"{count(mutants, 'mutant')}, {killed} killed ({_percent(killed, mutants)}), "
        f"{marked} marked as equivalent ({_percent(killed, mutants - marked)} of the rest killed), "
        f"{mutants - killed - marked} left, in {report.seconds:.0f} s."
    )


def as_data(report: MutationReport) -> dict[str, object]:
    """The report as JSON has it."""
    mutants, killed, marked = report.total
    return {
        "findings": [asdict(remark) for remark in report.remarks],
        "exercises": [_score_data(score) for score in report.scores],
        "mutants": mutants,
        "killed": killed,
        "equivalent": marked,
        "score_before_marks": killed / mutants if mutants else 1.0,
        "score": killed / (mutants - marked) if mutants > marked else 1.0,
        "seconds": round(report.seconds, 1),
    }


def _score_data(score: Score) -> dict[str, object]:
    return {
        "step": score.subject.name,
        "framework": score.subject.framework,
        "skipped": score.skipped,
        "mutants": len(score.mutants),
        "killed": score.killed,
        "score_before_marks": score.before,
        "score": score.after,
        "survivors": [
            {
                "id": mutant.id,
                "line": mutant.line,
                "what": mutant.what,
                "diff": mutant.diff,
                "equivalent": score.equivalent.get(mutant.id, ""),
            }
            for mutant in score.survivors
        ],
    }


def _title(score: Score) -> str:
    return f"{score.subject.name} [{score.subject.framework}]"


def _figures(score: Score) -> str:
    total = len(score.mutants)
    text = f"{score.killed:>3} of {total:>3} killed  {_percent(score.killed, total):>6}"
    if score.equivalent:
        rest = total - len(score.equivalent)
        text += f"  {len(score.equivalent)} equivalent: {_percent(score.killed, rest)}"
    return text


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "100 %"
