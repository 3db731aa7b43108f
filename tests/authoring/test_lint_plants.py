"""Each fault that lint knows, planted in a copy of the shipped lessons, is found at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authoring.planted import Edit, copy_course, found, in_head, in_step, plant
from tutor.authoring.rules import RULES

WIDE = "x" * 80
HINTS = r"^      hints:\n"
MISTAKES = r"^      mistakes:\n"
INPUTS = r"^      inputs: .*\n"

JAX_SOLUTION = """\
            # the same as the solution, but for this comment
            - code: |
                import jax

                def g(x):
                    return x**3 - 4*x

                slope = jax.grad(g)   # spaced otherwise
              say: Planted.
"""

# lesson, edits, rule, what the line holds, what the message says
PLANTS: dict[str, tuple[str, list[Edit], str, str, str]] = {
    "requires a later lesson": (
        "autodiff",
        [in_head(r"^requires: .*", "requires: [losses]")],
        "sequence",
        "requires: [losses]",
        "`losses` comes after this lesson",
    ),
    "no exercises for a placement test": (
        "autodiff",
        [in_head(r"^placement: .*\n", "")],
        "placement",
        "lesson: autodiff",
        "a placement test asks",
    ),
    "requires what is not there": (
        "autodiff",
        [in_head(r"^requires: .*", "requires: [eager-grph]")],
        "course",
        "requires: [eager-grph]",
        "no lesson `eager-grph` to require. Did you mean `eager-graph`?",
    ),
    "requirements in a circle": (
        "tensors",
        [in_head(r"^requires: .*", "requires: [eager-graph]")],
        "course",
        "requires:",
        "require each other",
    ),
    "covers an unknown topic": (
        "autodiff",
        [in_head(r"^covers: \[", "covers: [D44, ")],
        "topic",
        "covers: [D44",
        "`D44` is not among the `topics`",
    ),
    "covers a topic twice": (
        "autodiff",
        [in_head(r"^covers: \[", "covers: [D4, ")],
        "topic",
        "covers: [D4",
        "here twice",
    ),
    "no sources": (
        "autodiff",
        [lambda text: text.partition("\nsources:")[0] + "\n"],
        "sources",
        "lesson: autodiff",
        "names no `sources`",
    ),
    "a hint holds a line of the solution": (
        "slope-function",
        [in_step("slope-function", HINTS, "      hints:\n        - Use `slope=jax.grad( g )`.\n")],
        "answer",
        "Use `slope=jax",
        "`slope = jax.grad(g)`",
    ),
    "a hint fills every blank": (
        "slope-function",
        [
            in_step(
                "slope-function",
                HINTS,
                "      hints:\n        - Here `True`, there `backward`, then `grad`.\n",
            )
        ],
        "answer",
        "Here `True`",
        "every blank",
    ),
    "a message holds a line of the solution": (
        "slope-function",
        [
            in_step(
                "slope-function",
                r"^            - say: >-\n",
                "            - raises: KeyError\n"
                "              say: Write `x = x.clone().requires_grad_(True)`.\n"
                "            - say: >-\n",
            )
        ],
        "answer",
        "say: Write",
        "`say` holds a line of the solution",
    ),
    "a hint holds the right option": (
        "three-pictures",
        [
            in_step("three-pictures", r"^        - text: .*(\n          .*)*?right: true", RIGHT)
            for RIGHT in ["        - text: the planted right option\n          right: true"]
        ]
        + [
            in_step(
                "three-pictures",
                HINTS,
                "      hints:\n        - Take the planted right option.\n",
            )
        ],
        "answer",
        "Take the planted",
        "holds the right option",
    ),
    "two mistakes are equal": (
        "value-and-slope",
        [in_step("value-and-slope", MISTAKES, '      mistakes:\n        - probe: "[slope,value]"\n          say: Planted.\n')],
        "same",
        '"[slope, value]"',
        "equal to mistake 1",
    ),
    "a mistake is the answer": (
        "value-and-slope",
        [in_step("value-and-slope", MISTAKES, '      mistakes:\n        - probe: "[value,slope]"\n          say: Planted.\n')],
        "same",
        '"[value,slope]"',
        "equal to the answer",
    ),
    "a mistake is the solution": (
        "slope-function",
        [
            in_step(
                "slope-function",
                r"(?s)slope = jax\.grad\(g\)\n          mistakes:\n",
                f"slope = jax.grad(g)\n          mistakes:\n{JAX_SOLUTION}",
            )
        ],
        "same",
        "- code: |",
        "equal to the solution",
    ),
    "an exception is taken by an earlier mistake": (
        "slope-function",
        [
            in_step(
                "slope-function",
                r"^          mistakes:\n",
                "          mistakes:\n"
                "            - raises: RuntimeError\n"
                "              say: Planted.\n",
            )
        ],
        "same",
        "raises: RuntimeError",
        "takes every `RuntimeError`",
    ),
    "an input that nothing reads": (
        "slope-function",
        [in_step("slope-function", INPUTS, "      inputs: { x: normal(), spare: normal(3) }\n")],
        "unused",
        "spare: normal(3)",
        "reads the input `spare`",
    ),
    "a tensor of one number": (
        "slope-function",
        [in_step("slope-function", INPUTS, '      inputs: { x: "tensor([2.0, 2.0])" }\n')],
        "constant",
        "tensor([2.0, 2.0])",
        "holds 2.0 everywhere",
    ),
    "a range of one number": (
        "slope-function",
        [in_step("slope-function", INPUTS, '      inputs: { x: "integers(4, low=3, high=4)" }\n')],
        "constant",
        "integers(4",
        "can only be 3",
    ),
    "inputs that never change": (
        "slope-function",
        [in_step("slope-function", INPUTS, '      inputs: { x: "tensor([2.0, 3.0])" }\n')],
        "fixed",
        "inputs: ",
        "same for each seed",
    ),
    "a square matrix": (
        "which-argument",
        [in_step("which-argument", INPUTS, '      inputs: { x: "normal(4, 4)", w: normal(4) }\n')],
        "square",
        "normal(4, 4)",
        "`x` is 4×4",
    ),
    "several, and one is right": (
        "three-pictures",
        [in_step("three-pictures", r"^      options:\n", "      several: true\n      options:\n")],
        "several",
        "several: true",
        "one option is right",
    ),
    "an option without a why": (
        "three-pictures",
        [in_step("three-pictures", r"^          why: .*\n(           .*\n)*", '          why: " "\n')],
        "words",
        'why: " "',
        "expected words in `why`",
    ),
    "words still to come": (
        "value-and-slope",
        [in_step("value-and-slope", r"^      explain: .*\n(        .*\n|\n)*", "      explain: TODO\n")],
        "words",
        "explain: TODO",
        "found `TODO`",
    ),
    "words left open in a text": (
        "value-and-slope",
        [in_step("value-and-slope", r"^      explain: .*\n(        .*\n|\n)*",
                 "      explain: Why it matters. TODO say more.\n")],
        "words",
        "explain: Why",
        "`TODO` was left in `explain`",
    ),
    "the same option twice": (
        "three-pictures",
        [
            in_step(
                "three-pictures",
                r"^      options:\n",
                "      options:\n"
                "        - {text: planted twice, why: Planted.}\n"
                "        - {text: planted  twice, why: Planted too.}\n",
            )
        ],
        "same",
        "planted  twice",
        "the same as option 1",
    ),
    "a name that an instrument takes": (
        "value-and-slope",
        [
            in_step("value-and-slope", r"^          value, slope = y\.item\(\).*\n", "          ops, slope = y.item(), x.grad.item()\n"),
            in_step("value-and-slope", r'^      answer: .*\n', '      answer: "[ops, slope]"\n'),
        ],
        "instrument",
        "ops, slope = y.item()",
        "`ops` is an instrument",
    ),
    "code too wide": (
        "slope-function",
        [in_step("slope-function", r"^          starter: \|\n", f"          starter: |\n            # {WIDE}\n")],
        "wide",
        WIDE,
        "82 columns",
    ),
    "a table too wide": (
        "start",
        [in_step("start", r"^      text: \|\n", f"      text: |\n        | {'y' * 40} | {'z' * 40} |\n        |---|---|\n\n")],
        "wide",
        "y" * 40,
        "a table of 2 columns",
    ),
    "fewer than three hints": (
        "value-and-slope",
        [in_step("value-and-slope", r"^      hints:\n        - .*\n", "      hints:\n")],
        "hints",
        "hints:",
        "at least 3 `hints`, found 2",
    ),
    "no explanation": (
        "value-and-slope",
        [in_step("value-and-slope", r"^      explain: .*\n(        .*\n|\n)*", "\n")],
        "explain",
        "- value:",
        "no `explain`",
    ),
    "seeds without inputs": (
        "slope-function",
        [in_step("slope-function", INPUTS, "      seeds: 5\n")],
        "unused",
        "seeds: 5",
        "no `inputs` for seeds",
    ),
    "a tolerance on the name of an exception": (
        "integer-input",
        [in_step("integer-input", r"^      form: exception\n", "      form: exception\n      rtol: 0.1\n")],
        "unused",
        "rtol: 0.1",
        "`exception` is right or wrong",
    ),
    "an answer written down": (
        "chain-rule",
        [in_step("chain-rule", r"^      answer: .*\n", '      answer: "-0.6536"\n')],
        "written",
        "-0.6536",
        "written down",
    ),
    "code that does not parse": (
        "slope-function",
        [in_step("slope-function", r"^            slope = jax\.grad\(g\)\n", "            slope = jax.grad(g\n")],
        "format",
        "slope = jax.grad(g",
        "this is not Python",
    ),
}  # fmt: skip

LESSON_OF = {
    "value-and-slope": "autodiff",
    "slope-function": "autodiff",
    "which-argument": "autodiff",
    "product-rule": "autodiff",
    "integer-input": "autodiff",
    "chain-rule": "autodiff",
    "start": "autodiff",
    "three-pictures": "why-frameworks",
}


def starter_of(text: str, step: str) -> str:
    """The first starter of a step, as its lines stand in the file, indented as a mistake's code."""
    part = text[text.index(f"id: {step}\n") :]
    part = part[part.index("starter: |\n") + len("starter: |\n") :]
    part = part[: part.index("          solution: |")]
    return "".join(f"    {line}\n" if line.strip() else "\n" for line in part.splitlines())


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_fault_is_found_at_its_line(name: str, tmp_path: Path) -> None:
    where, edits, rule, line, message = PLANTS[name]
    course = copy_course(tmp_path)
    path = plant(course, LESSON_OF.get(where, where), *edits)
    remarks = found(course)
    (remark, *more) = [each for each in remarks if each.rule == rule and message in each.message]
    assert not more
    assert Path(remark.path) == path
    assert line in path.read_text(encoding="utf-8").splitlines()[remark.line - 1]
    assert remark.severity == RULES[rule].severity
    assert str(remark).endswith(f"[{rule}]")
    # One fault, one remark; a plant may break one more rule by its nature.
    assert len(remarks) <= 2, [str(each) for each in remarks]


def test_every_rule_of_a_lesson_is_planted() -> None:
    elsewhere = {"outside", "uncovered"}
    assert {rule for _, _, rule, _, _ in PLANTS.values()} == RULES.keys() - elsewhere


@pytest.mark.parametrize("name", ["a square matrix", "two mistakes are equal", "code too wide"])
def test_a_comment_allows_what_is_meant(name: str, tmp_path: Path) -> None:
    where, edits, rule, _, message = PLANTS[name]
    course = copy_course(tmp_path)
    path = plant(course, LESSON_OF[where], *edits)
    (remark,) = [each for each in found(path) if message in each.message]
    lines = path.read_text(encoding="utf-8").splitlines()
    above = remark.line - 1
    while name == "code too wide" and "starter:" not in lines[above]:
        above -= 1  # a block of code holds no comments of YAML's
    lines.insert(above, f"# lint: allow {rule} - it is meant")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert found(path) == []
    path.write_text(path.read_text(encoding="utf-8").replace(f"allow {rule}", "allow sources"))
    assert [each.rule for each in found(path)] == [rule]
