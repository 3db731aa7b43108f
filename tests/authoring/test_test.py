"""`author test` on planted faults, with real workers: each is found, once, at its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from tests.authoring.one_lesson import proved, write_lesson
from tutor.authoring.proofs import Effort
from tutor.authoring.test import Report


@dataclass(frozen=True)
class Plant:
    """A step with a fault, and how it must be told."""

    step: str
    rule: str
    says: str
    at: str
    """A part of the line that the finding is at."""
    count: int = 1


def code(
    name: str,
    solution: str,
    *,
    starter: str = "def f(x): ...",
    mistakes: str = "",
    checks: str = "[{that: f(x)}]",
    more: str = "",
) -> str:
    """A code step for numpy; programs are given on one line, `;` for a new one."""
    lines = [
        "- code:",
        f"    id: {name}",
        "    ask: Write f.",
        "    inputs: {x: normal(4)}",
        f"    checks: {checks}",
        *([f"    {more}"] if more else []),
        "    variants:",
        "      numpy:",
        *_block("starter", starter),
        *_block("solution", solution),
    ]
    if mistakes:
        lines.append("        mistakes:")
        for say, source in (pair.split(" <- ") for pair in mistakes.split(" || ")):
            lines.append(f"          - say: {say}")
            lines += ["    " + line for line in _block("code", source)]
    return "\n".join(lines)


def _block(key: str, source: str) -> list[str]:
    return [f"        {key}: |", *(f"          {line}" for line in source.split(" ; "))]


DOUBLE = "def f(x): return 2 * x"

KEY = "\n" + " " * 12
"""Before another key of a mistake."""

PLANTS = {
    "raises": Plant(
        code("raises", "def f(x): return x ; oops = 1 / 0"),
        "solution",
        "does not run: it raised ZeroDivisionError",
        "oops",
    ),
    "own-check": Plant(
        code("own-check", DOUBLE, checks="[{that: f(x), equals: 3 * x}]"),
        "solution",
        "does not pass",
        "solution: |",
    ),
    "hangs": Plant(
        code("hangs", "while True: pass", more="seconds: 1"), "solution", "1 s", "while True"
    ),
    "crashes": Plant(
        code("crashes", "import os, signal ; os.kill(os.getpid(), signal.SIGSEGV)"),
        "solution",
        "crashed with a segmentation fault",
        "solution: |",
    ),
    "floods": Plant(
        code("floods", DOUBLE + " ; for i in range(3000): print('x' * 1000)"),
        "prints",
        "bytes more than are shown",
        "solution: |",
    ),
    "no-view": Plant(
        code("no-view", DOUBLE, more="show: [{view: bars, of: f, caption: Times}]"),
        "view",
        "Bars are drawn from a dict",
        "show:",
    ),
    "view-of-nan": Plant(
        code(
            "view-of-nan",
            DOUBLE,
            more="show: [{view: bars, of: \"{'a': float('nan')}\", caption: Times}]",
        ),
        "view",
        "the length of `a` is NaN or infinite",
        "show:",
    ),
    "view-that-dies": Plant(
        code(
            "view-that-dies",
            DOUBLE,
            more="show: [{view: bars, of: __import__('os')._exit(3), caption: Times}]",
        ),
        "view",
        "The worker ended while it made this view",
        "show:",
    ),
    "starter": Plant(
        code("starter", DOUBLE, starter="def f(x): return x + x"),
        "starter",
        "the starter passes",
        "starter: |",
    ),
    "equal-mistake": Plant(
        code("equal-mistake", DOUBLE, mistakes="No. <- def f(x): return x + x"),
        "mistake",
        "mistake 1 passes",
        "code: |",
    ),
    "twins": Plant(
        code(
            "twins",
            DOUBLE,
            mistakes="First. <- def f(x): return 3 * x || Second. <- def f(x): return x + 2 * x",
        ),
        "mistake",
        "mistake 2 earns the message of mistake 1",
        "code: |",
    ),
    "another-exception": Plant(
        code(
            "another-exception",
            DOUBLE,
            mistakes="Odd. <- def f(x): raise ValueError('not 2.0')",
        ).replace("say: Odd.", f"say: Odd.{KEY}raises: ValueError{KEY}matching: 2.*0"),
        "mistake",
        "mistake 1 ends in no `ValueError` with `2.*0` in its message: a check raised "
        "ValueError: not 2.0",
        "matching: ",
    ),
    "hanging-mistake": Plant(
        code(
            "hanging-mistake",
            DOUBLE,
            mistakes="Loop. <- while True: pass",
            more="seconds: 1",
        ),
        "mistake",
        "ends without a result",
        "code: |",
    ),
    "random": Plant(
        code("random", "import os ; def f(x): return x + os.urandom(1)[0] + os.urandom(1)[0] / 7"),
        "flaky",
        "run twice",
        "solution: |",
    ),
    "random-mistake": Plant(
        code(
            "random-mistake",
            DOUBLE,
            mistakes="Odd. <- import os ; def f(x): return x + os.urandom(1)[0] + 9",
        ),
        "flaky",
        "run twice",
        "code: |",
    ),
    "obsolete": Plant(
        code("obsolete", "import warnings ; warnings.warn('old', DeprecationWarning) ; " + DOUBLE),
        "deprecated",
        "DeprecationWarning: old",
        "solution: |",
    ),
    "slow": Plant(
        code("slow", "import time ; time.sleep(1.2) ; " + DOUBLE, more="seconds: 2"),
        "slow",
        "of the 2 s allowed",
        "solution: |",
    ),
    "no-answer": Plant(
        """
        - value:
            id: no-answer
            ask: What is 2 + 3?
            given: total = 2 + 3
            answer: totl
            mistakes:
              - {probe: total + 1, say: One too many.}
              - {probe: total - 1, say: One too few.}
        """,
        "answer",
        "`answer` raises NameError",
        "answer: totl",
    ),
    "other-form": Plant(
        """
        - value:
            id: other-form
            ask: What is 2.5 + 3?
            given: total = 2.5 + 3
            answer: total
            form: dtype
        """,
        "answer",
        "(form `dtype`), does not pass",
        "answer: total",
    ),
    "telling-digit": Plant(
        """
        - value:
            id: telling-digit
            ask: What is 2 + 4?
            answer: 2 + 4
            mistakes:
              - {probe: 2 * 4, say: Two times four is a product. A sum gives 6.}
        """,
        "hint",
        "the message of mistake 1 holds the answer, `6`",
        "gives 6",
    ),
    "stopped-order": Plant(
        """
        - order:
            id: stopped-order
            ask: In order, please.
            lines:
              - b = a + 1
              - a = 1
            checks: [{that: b}]
        """,
        "order",
        "the right order does not run: it raised NameError",
        "b = a + 1",
    ),
    "flaky-answer": Plant(
        """
        - value:
            id: flaky-answer
            ask: How many?
            given: import os
            answer: int.from_bytes(os.urandom(4), "big")
        """,
        "flaky",
        "changes from run to run",
        "answer:",
    ),
    "untypable": Plant(
        "- value: {id: untypable, ask: What is it?, answer: object()}",
        "answer",
        "nobody can type",
        "untypable",
    ),
    "right-mistake": Plant(
        """
        - value:
            id: right-mistake
            ask: What is 2 + 2?
            answer: 2 + 2
            mistakes:
              - {probe: 2 * 2, say: That is a product.}
        """,
        "mistake",
        "passes: here it is the right answer",
        "2 * 2",
    ),
    "same-mistakes": Plant(
        """
        - value:
            id: same-mistakes
            ask: What is 2 + 3?
            answer: 2 + 3
            mistakes:
              - {probe: 2 * 3, say: That is a product.}
              - {answer: "6", say: One too many.}
        """,
        "mistake",
        "earns another message",
        "One too many",
    ),
    "telling-hint": Plant(
        """
        - value:
            id: telling-hint
            ask: What is 6 times 7?
            answer: 6 * 7
            hints: [Count., It is 42 in the end.]
        """,
        "hint",
        "hint 2 holds the answer, `42`",
        "42",
    ),
    "broken-given": Plant(
        """
        - value:
            id: broken-given
            ask: What is x?
            given: |
              y = 1
              x = y / 0
            answer: x
        """,
        "given",
        "ZeroDivisionError",
        "x = y / 0",
    ),
    "two-right": Plant(
        """
        - choose:
            id: two-right
            ask: Which?
            given: n = 4
            options:
              - {text: even, right: n % 2 == 0, why: It is.}
              - {text: positive, right: n > 0, why: It is.}
        """,
        "options",
        "1 and 2 are",
        "text: even",
    ),
    "raising-option": Plant(
        """
        - choose:
            id: raising-option
            ask: Which?
            given: n = 4
            options:
              - {text: even, right: n % 2 == 0, why: It is.}
              - {text: odd, right: m % 2 == 1, why: It is not.}
        """,
        "options",
        "raises NameError",
        "odd",
    ),
    "harmless-distractor": Plant(
        """
        - order:
            id: harmless-distractor
            ask: In order, please.
            lines: [a = 1, b = a + 1]
            distractors:
              - {line: c = 0, why: Nobody asks for c.}
            checks: [{that: b}]
        """,
        "order",
        "passes with `c = 0`",
        "c = 0",
    ),
    "as-good-a-line": Plant(
        """
        - order:
            id: as-good-a-line
            ask: In order, please.
            lines: ["out = []", "out.append(1)"]
            distractors:
              - {line: "out.insert(0, 1)", why: That puts it first.}
            checks: [{that: out}]
        """,
        "order",
        "passes with `out.insert(0, 1)` in place of `out.append(1)`",
        "out.insert(0, 1)",
    ),
    "needless-line": Plant(
        """
        - order:
            id: needless-line
            ask: In order, please.
            lines: [a = 1, b = 2, c = b + 1]
            checks: [{that: c}]
        """,
        "order",
        "passes without the line `a = 1`",
        "a = 1",
    ),
    "no-bars": Plant(
        """
        - measure:
            id: no-bars
            ask: Which?
            given: rows = {}
            results: rows
            answer: "1"
        """,
        "measure",
        "gave no numbers",
        "results:",
    ),
    "broken-page": Plant(
        """
        - read:
            id: broken-page
            text: Look.
            given: |
              import no_such_module_of_ours
        """,
        "given",
        "ModuleNotFoundError",
        "no_such_module",
    ),
}

SOUND = [
    code(
        "sound",
        DOUBLE,
        starter="def f(x): return ____",
        more="task: fill",
        mistakes="Tripled. <- def f(x): return 3 * x || Add, not power. <- def f(x): return x ** 2"
        " || It is spelled x. <- def f(x): return X",
    ),
    code(
        "ends-early",
        DOUBLE,
        mistakes="You divided by nothing. <- y = 1 / 0",
    ),
    """
    - value:
        id: third
        ask: What is a third of ten?
        answer: 10 / 3
        mistakes:
          - {probe: 10 // 3, say: Divide with one slash.}
          - {answer: "30", say: You multiplied.}
        hints: [One slash., A little more than three.]
    """,
    "- value: {id: pair, ask: Which two?, answer: '[0.5, 1 / 3]', form: list}",
    "- value: {id: size, ask: Which shape?, given: import numpy, answer: 'numpy.ones((2, 3)).shape', form: shape}",
    "- value: {id: kind, ask: Which dtype?, given: import numpy, answer: 'numpy.ones(2).dtype', form: dtype}",
    "- value: {id: error, ask: Which error?, answer: 1 / 0, form: exception}",
    "- value: {id: truth, ask: Is it?, answer: 1 < 2, form: bool}",
    """
    - choose:
        id: several
        ask: Which hold?
        several: true
        given: n = 4
        options:
          - {text: even, right: n % 2 == 0, why: It is.}
          - {text: odd, right: n % 2 == 1, why: It is not.}
          - {text: positive, right: true, why: It is.}
    """,
    """
    - order:
        id: swaps
        ask: In order, please.
        lines: [a = 1, b = 2, c = a * b]
        distractors: [{line: c = a + b, why: A product is asked for.}]
        checks: [{that: c}]
    """,
    """
    - measure:
        id: bars
        ask: Which is longer?
        given: 'rows = {"short": 1.0, "long": 2.0}'
        results: rows
        options:
          - {text: short, right: 'rows["short"] > rows["long"]', why: It is not.}
          - {text: long, right: 'rows["long"] > rows["short"]', why: It is.}
    """,
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    folder = tmp_path_factory.mktemp("planted")
    path = write_lesson(folder, [plant.step for plant in PLANTS.values()])
    # Hosts of other tests' fixtures may live on beside this one, and fork a spare.
    before = psutil.Process().children()
    report = await proved(path, folder)
    left = set(psutil.Process().children()) - set(before)
    assert not [each for each in left if "fwtutor" in " ".join(each.cmdline())]
    return path, report


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", list(PLANTS))
async def test_a_planted_fault_is_found_at_its_place(
    planted: tuple[Path, Report], name: str
) -> None:
    path, report = planted
    plant = PLANTS[name]
    found = [remark for remark in report.remarks if f"`{name}` in numpy" in remark.message]
    assert [remark.rule for remark in found] == [plant.rule] * plant.count, found
    assert plant.says in found[0].message
    assert "\n" not in found[0].message
    line = path.read_text().splitlines()[found[0].line - 1]
    assert plant.at in line


@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_else_is_found(planted: tuple[Path, Report]) -> None:
    _, report = planted
    names = {re.match(r"`([\w-]+)`", remark.message) for remark in report.remarks}
    assert {match.group(1) for match in names if match} == set(PLANTS)


async def test_sound_steps_of_every_kind(tmp_path: Path) -> None:
    report = await proved(write_lesson(tmp_path, SOUND), tmp_path, Effort())
    assert report.remarks == []
    assert report.skipped == []
    assert report.runs > len(SOUND)


async def test_a_solution_that_is_too_slow_now_and_then_is_slow_and_not_flaky(
    tmp_path: Path,
) -> None:
    # The first run makes the file; those after it sleep for longer than they may.
    once = f"open({str(tmp_path / 'ran')!r}, 'x').close()"
    program = f"try: {once} ; except FileExistsError: import time; time.sleep(60) ; {DOUBLE}"
    path = write_lesson(tmp_path, [code("now-and-then", program, more="seconds: 1")])
    report = await proved(path, tmp_path, Effort.asked(sets=1, repeats=2))
    assert [remark.rule for remark in report.remarks] == ["slow"]
    assert "once not to its end: The code ran longer than its limit" in report.remarks[0].message


async def test_a_mistake_named_by_its_exception_cannot_be_proved(tmp_path: Path) -> None:
    step = code("named", DOUBLE) + (
        "\n        mistakes:\n          - {raises: ValueError, say: It has another shape.}"
    )
    report = await proved(write_lesson(tmp_path, [step]), tmp_path)
    assert report.remarks == []
    assert len(report.notes) == 1
    assert "mistake 1 names only an exception" in report.notes[0]


TWO = """
- code:
    id: both
    ask: Double it.
    inputs: {{x: normal(3)}}
    variants:
      numpy: {{starter: "def f(x): ...", solution: "def f(x): return 2 * x"}}
      torch: {{starter: "def f(x): ...", solution: "def f(x): return {torch}"}}
    checks: [{{that: f(x){more}}}, {{that: type(f(x)).__name__}}]
"""


@pytest.mark.parametrize(
    ("torch", "more", "rules"),
    [
        ("x + x", "", []),
        ("3 * x", "", ["agreement"]),
        ("3 * x", ", differs: torch counts from one here", []),
    ],
)
async def test_frameworks_agree_unless_the_author_says_why_not(
    tmp_path: Path, torch: str, more: str, rules: list[str]
) -> None:
    step = TWO.format(torch=torch, more=more)
    report = await proved(write_lesson(tmp_path, [step], "numpy, torch"), tmp_path)
    assert [remark.rule for remark in report.remarks] == rules
    for remark in report.remarks:
        assert remark.severity == "warning"
        assert "what it gives in numpy" in remark.message


async def test_a_framework_that_is_not_there_is_skipped(tmp_path: Path) -> None:
    # An interpreter of its own without packages: it starts, and has no torch.
    import sys
    import venv

    venv.create(tmp_path / "bare", with_pip=False)
    python = tmp_path / "bare" / "bin" / "python"
    assert python.exists()
    assert sys.prefix != str(tmp_path / "bare")
    (tmp_path / "config.toml").write_text(f'[frameworks.torch]\npython = "{python}"\n')
    step = TWO.format(torch="x + x", more="")
    report = await proved(write_lesson(tmp_path, [step], "numpy, torch"), tmp_path)
    assert report.remarks == []
    assert [proof.subject.framework for proof in report.skipped] == ["torch"]
    assert "torch" in report.skipped[0].skipped


async def test_what_the_machine_lacks_is_skipped(tmp_path: Path) -> None:
    steps = [
        "- value: {id: gpus, ask: Fast?, needs: {device: gpus}, answer: '1'}",
        "- value: {id: package, ask: There?, needs: {packages: [no_such_package]}, answer: '1'}",
        "- read: {id: page, text: See., given: x = 1, needs: {packages: [no_such_package]}}",
    ]
    report = await proved(write_lesson(tmp_path, steps), tmp_path)
    assert report.remarks == []
    assert [proof.subject.name for proof in report.skipped] == [
        "only/gpus",
        "only/package",
        "only/page",
    ]
    assert "no_such_package" in report.skipped[1].skipped


async def test_more_repeats_are_more_runs(tmp_path: Path) -> None:
    path = write_lesson(tmp_path, [SOUND[0]])
    few = await proved(path, tmp_path, Effort.asked(sets=1, repeats=1), workers=1)
    many = await proved(path, tmp_path, Effort.asked(sets=1, repeats=3), workers=4)
    assert few.remarks == many.remarks == []
    # The solution and three mistakes, each twice more; the starter has a blank and never runs.
    assert (few.runs, many.runs) == (4, 12)


async def test_mistakes_run_less_often_than_the_solution_unless_asked(tmp_path: Path) -> None:
    path = write_lesson(tmp_path, [SOUND[0]])
    usual = await proved(path, tmp_path, Effort())
    asked = await proved(path, tmp_path, Effort.asked(sets=4, repeats=2))
    assert usual.remarks == asked.remarks == []
    # The solution on four sets and once more; three mistakes on two sets, or as often.
    assert (usual.runs, asked.runs) == (5 + 3 * 2, 5 + 3 * 5)
