"""Faults planted in copies of the lessons that ship, which only running them can find."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio

from tests.authoring.planted import Edit, copy_course, in_step, plant
from tutor.authoring.mutate import run_mutants
from tutor.authoring.proofs import Effort
from tutor.authoring.subjects import Selection, select
from tutor.authoring.test import Report, run_tests

# lesson/step, edit, framework, rule, what the message says. Steps are each used once.
PLANTS: dict[str, tuple[str, Edit, str, str, str]] = {
    "a solution along the wrong axis": (
        "tensors/row-normalise",
        in_step("row-normalise", r"x\.sum\(dim=1, keepdim=True\)$", "x.sum(dim=0, keepdim=True)"),
        "tensorflow",
        "agreement",
        "does not give what it gives in torch",
    ),
    "the same, beside the mistake that it makes": (
        "tensors/row-normalise",
        in_step("row-normalise", "title: Rows", "title: All rows"),
        "torch",
        "mistake",
        "mistake 2 passes",
    ),
    "a solution that cannot run": (
        "why-frameworks/forward-pass",
        in_step("forward-pass", r"return h @ W2 \+ b2$", "return h @ W9 + b2"),
        "numpy",
        "solution",
        "W9",
    ),
    "a starter that is right": (
        "losses/silent-broadcast",
        in_step("silent-broadcast", r"return \(\(pred - target\) \*\* 2\)\.mean\(\)$",
                "return ((pred - target.reshape(pred.shape)) ** 2).mean()"),
        "torch",
        "starter",
        "the starter passes",
    ),
    "a bound on time that is too tight": (
        "eager-graph/halvings",
        in_step("halvings", r"^            def shrink\(x\):\n                n = 0\n                while",
                "            import time; time.sleep(6)\n\n\n"
                "            def shrink(x):\n                n = 0\n                while"),
        "torch",
        "slow",
        "of the 10 s allowed",
    ),
    "an interface that is going away": (
        "autodiff/slope-function",
        in_step("slope-function", r"^          solution: \|\n            import torch$",
                "          solution: |\n            import torch\n            torch.jit.trace(torch.relu, torch.ones(1))"),
        "torch",
        "deprecated",
        "torch.jit.trace",
    ),
    "an answer that is one of the mistakes": (
        "tensors/division",
        in_step("division", r'^      answer: .*$', '      answer: "[float(n // 2), float(m // 2)]"'),
        "jax",
        "mistake",
        "passes: here it is the right answer",
    ),
    "a hint that holds the answer": (
        "autodiff/value-and-slope",
        in_step("value-and-slope", "The value is plain arithmetic.", "It is [15, 7]."),
        "tensorflow",
        "hint",
        "hint 1 holds the answer, `[15, 7]`",
    ),
    "two options that are right": (
        "tensors/mixed-sum",
        in_step("mixed-sum", r'== "InvalidArgumentError"$', '!= "InvalidArgumentError"'),
        "torch",
        "options",
        "one answer must be right",
    ),
    "an experiment without results": (
        "tensors/move-it",
        in_step("move-it", "results: times", "results: list(times)"),
        "jax",
        "measure",
        "gave no numbers",
    ),
    "a distractor that belongs": (
        "optimisers/one-step",
        in_step("one-step", r"line: opt\.backward\(\)", "line: opt.zero_grad(set_to_none=True)"),
        "torch",
        "order",
        "passes with `opt.zero_grad(set_to_none=True)` at its end",
    ),
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("plants")
    course = copy_course(folder)
    for name, edit, *_ in PLANTS.values():
        plant(course, name.partition("/")[0], edit)
    whole = Selection()
    for name, _, framework, *_ in PLANTS.values():
        frameworks = ("torch", framework) if name == "tensors/row-normalise" else (framework,)
        for each in frameworks:
            found = select([name], course=course, framework=each)  # type: ignore[arg-type]
            whole.subjects += [one for one in found.subjects if one not in whole.subjects]
            assert not found.remarks
    return await run_tests(whole, effort=Effort.asked(sets=1, repeats=2), home=folder)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", list(PLANTS))
async def test_it_is_found(report: Report, name: str) -> None:
    step, _, framework, rule, says = PLANTS[name]
    label = f"`{step.partition('/')[2]}` in {framework}: "
    found = [each for each in report.remarks if each.message.startswith(label)]
    assert any(each.rule == rule and says in each.message for each in found), found
    assert all(Path(each.path).exists() and each.line > 1 for each in found)


@pytest.mark.parametrize(
    ("step", "edit"),
    [
        ("tensors/row-normalise", in_step("row-normalise", r"row_normalise\(x\)$", "row_normalise(x).shape")),
        ("optimisers/adam", in_step("adam", r"(?s)- that: run\(1.*?- that: adam_step", "- that: adam_step")),
    ],
)  # fmt: skip
async def test_a_weakened_check_lets_mutants_through(tmp_path: Path, step: str, edit: Edit) -> None:
    course = copy_course(tmp_path)
    plant(course, step.partition("/")[0], edit)
    report = await run_mutants(select([step], course=course, framework="torch"), home=tmp_path)
    assert any(remark.rule == "survivor" for remark in report.remarks)
    assert report.scores[0].after < 1
