"""`author mutate` with real workers: weak checks are found, strong ones are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.authoring.one_lesson import write_lesson
from tutor.authoring.mutate import MutationReport, command, run_mutants
from tutor.authoring.subjects import select

STEP = """
- code:
    id: mean
    ask: Write the mean of squares.
    inputs: {{x: "normal(3, 4)"}}
    checks: [{{that: {check}}}]
    variants:
      numpy:
        starter: |
          def f(x): ...
        solution: |
          def f(x):
              y = x ** 2
              return y.sum(axis=0) / 3
{more}
"""
STRONG = "f(x)"
WEAK = "f(x).shape"
MARKS = """\
        equivalent:
          - {mutant: "return y.mean(axis=0) / 3", because: Only the shape is asked for.}
"""


async def mutated(
    folder: Path, check: str, more: str = "", frameworks: str = "numpy"
) -> MutationReport:
    path = write_lesson(folder, [STEP.format(check=check, more=more)], frameworks)
    return await run_mutants(select([str(path)]), home=folder)


async def test_strong_checks_leave_nothing(tmp_path: Path) -> None:
    report = await mutated(tmp_path, STRONG)
    assert report.remarks == []
    [score] = report.scores
    assert score.killed == len(score.mutants) > 8
    assert score.before == score.after == 1


async def test_weak_checks_are_told_with_diff_and_line(tmp_path: Path) -> None:
    report = await mutated(tmp_path, WEAK)
    [score] = report.scores
    assert 0 < score.killed < len(score.mutants)
    assert len(report.remarks) == len(score.survivors)
    squared = next(remark for remark in report.remarks if "+    y = x ** 3" in remark.message)
    assert squared.rule == "survivor"
    assert "2 → 3" in squared.message
    assert "-    y = x ** 2" in squared.message
    lines = Path(squared.path).read_text().splitlines()
    assert lines[squared.line - 1].strip() == "y = x ** 2"


async def test_a_mark_counts_and_one_that_means_nothing_is_a_fault(tmp_path: Path) -> None:
    plain = await mutated(tmp_path / "plain", WEAK)
    marked = await mutated(tmp_path / "marked", WEAK, MARKS)
    assert len(marked.remarks) == len(plain.remarks) - 1
    [score] = marked.scores
    assert list(score.equivalent.values()) == ["Only the shape is asked for."]
    assert score.before == plain.scores[0].before < score.after

    killed = await mutated(tmp_path / "killed", STRONG, MARKS)
    assert [remark.rule for remark in killed.remarks] == ["mark"]
    assert "the checks kill the mutant" in killed.remarks[0].message
    unknown = MARKS.replace("/ 3", "/ 7")
    lost = await mutated(tmp_path / "lost", STRONG, unknown)
    assert "there is no mutant `return y.mean(axis=0) / 7`" in lost.remarks[0].message
    line = Path(lost.remarks[0].path).read_text().splitlines()[lost.remarks[0].line - 1]
    assert "mutant:" in line


async def test_the_order_is_the_same_every_time(tmp_path: Path) -> None:
    one = await mutated(tmp_path / "one", WEAK)
    two = await mutated(tmp_path / "two", WEAK)
    assert [m.id for m in one.scores[0].survivors] == [m.id for m in two.scores[0].survivors]


async def test_an_endless_mutant_is_killed(tmp_path: Path) -> None:
    step = """
    - code:
        id: count
        ask: Count down.
        checks: [{that: f(3)}]
        variants:
          numpy:
            starter: "def f(n): ..."
            solution: |
              def f(n):
                  rounds = 0
                  while n > 0:
                      n = n - 1
                      rounds = rounds + 1
                  return rounds
    """
    report = await run_mutants(select([str(write_lesson(tmp_path, [step]))]), home=tmp_path)
    [score] = report.scores
    assert any("n = n + 1" in mutant.added for mutant in score.mutants)
    assert not any("n = n + 1" in mutant.added for mutant in score.survivors)


async def test_a_solution_that_does_not_pass_is_told_once(tmp_path: Path) -> None:
    report = await mutated(tmp_path, "f(x) / 0 + oops")
    assert [remark.rule for remark in report.remarks] == ["solution"]
    assert "does not pass" in report.remarks[0].message
    assert report.scores[0].mutants == []


def test_the_command_prints_scores_and_its_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FWTUTOR_HOME", str(tmp_path))
    path = write_lesson(tmp_path, [STEP.format(check=WEAK, more="")])
    assert command([str(path)]) == 1
    text = capsys.readouterr().out
    assert "    +    y = x ** 3" in text
    assert "only/mean [numpy]" in text
    assert command([str(path)], as_json=True) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["mutants"] > data["killed"] > 0
    assert data["exercises"][0]["survivors"][0]["diff"]
    assert data["score"] == data["killed"] / data["mutants"]


def test_a_lesson_without_code_steps_has_no_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FWTUTOR_HOME", str(tmp_path))
    path = write_lesson(tmp_path, ["- value: {id: five, ask: How many?, answer: 2 + 3}"])
    assert command([str(path)]) == 0
    text = capsys.readouterr().out
    assert "nothing to mutate" in text
    assert "%" not in text
