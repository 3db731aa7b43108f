from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

Findings = Callable[..., list[str]]

CODE = """\
- code:
    id: c
    ask: Write it.
    inputs: {x: normal(3)}
    variants:
      torch:
        starter: |
          def f(x):
              return x
        solution: |
          def f(x):
              return 2 * x
    checks:
      - that: f(x)
"""


def code(old: str, new: str) -> str:
    """The sample code step, with one thing changed."""
    assert old in CODE
    return CODE.replace(old, new)


def assert_only(found: list[str], step: str, at: str, message: str) -> None:
    """There is one finding; it begins with `message` and points at the text that begins with `at`."""
    (only,) = found
    line, column, words = only.split(":", 2)
    assert words.strip().startswith(message.strip())
    first_line, indent = 8, 2  # where the fixture puts a step
    text = textwrap.indent(step, " " * indent).splitlines()[int(line) - first_line]
    assert text[int(column) - 1 :].startswith(at)
    assert at or int(column) == len(text) + 1


def test_the_sample_is_sound(findings: Findings) -> None:
    assert findings(CODE) == []


# --- the lesson


def test_step_ids_are_unique(findings: Findings) -> None:
    found = findings(
        "- value: {id: a, ask: b, answer: c}\n",
        "- read: {id: a, text: b}\n",
        "- read: {id: read-4, text: b}\n",
        "- read: b\n",
    )
    assert found == [
        "9:16: the id `a` is taken by step 1; ids are unique in a lesson",
        "11:11: the id `read-4` is taken by step 3; ids are unique in a lesson",
    ]


def test_lists_of_names_do_not_repeat_and_a_lesson_does_not_require_itself(
    findings: Findings,
) -> None:
    head = """\
lesson: sample
title: T
track: t
frameworks: [torch, jax, torch]
requires: [a, sample, a]
minutes: 5
goals: [g]
steps:
"""
    assert findings("- read: b\n", head=head) == [
        "4:26: `torch` is here twice",
        "5:15: a lesson cannot require itself",
        "5:23: `a` is here twice",
    ]


# --- frameworks


@pytest.mark.parametrize(
    ("step", "at", "message"),
    [
        ("- read: {text: a, frameworks: [torch, numpy]}", "numpy]}", "the lesson does not list `numpy`; its `frameworks` are `torch`, `jax`"),
        ("- read: {text: {torch: a, jax: b, numpy: c}}", "numpy: c}}", "the lesson does not list `numpy`; its `frameworks` are `torch`, `jax`"),
        ("- read: {text: a, given: {torch: b}}", "given: {torch: b", "nothing here for `jax`; add it, or give the step `frameworks: [torch]`"),
        ("- read: {text: {torch: a, jax: b}, frameworks: [jax]}", "torch: a, jax: b", "`torch` is not among this step's frameworks, `jax`"),
        ("- value: {id: a, ask: b, answer: c, hints: [d, {jax: e}]}", "{jax: e}]}", "nothing here for `torch`; add it, or give the step `frameworks: [jax]`"),
        ("- value: {id: a, ask: b, answer: c, mistakes: [{say: d, probe: {jax: e}}]}", "probe: {jax: e}}", "nothing here for `torch`; add it, or give the step `frameworks: [jax]`"),
        ("- choose: {id: a, ask: b, options: [{text: {torch: a}, right: true, why: c}, {text: a, why: c}]}", "text: {torch: a}", "nothing here for `jax`; add it, or give the step `frameworks: [torch]`"),
        ("- order: {id: a, ask: b, lines: {torch: [x, y]}}", "lines: {torch: [", "nothing here for `jax`; add it, or give the step `frameworks: [torch]`"),
        ("- read: {text: a, frameworks: [jax, jax]}", "jax]}", "`jax` is here twice"),
        (CODE.replace("torch:", "numpy:"), "numpy:", "the lesson does not list `numpy`; its `frameworks` are `torch`, `jax`"),
        (CODE.replace("id: c", "frameworks: [torch, jax]\n    id: c"), "variants:", "nothing here for `jax`; add it, or give the step `frameworks: [torch]`"),
    ],
)  # fmt: skip
def test_maps_per_framework(findings: Findings, step: str, at: str, message: str) -> None:
    assert_only(findings(step), step, at, message)


def test_a_code_step_is_for_the_frameworks_of_its_variants(findings: Findings) -> None:
    assert findings(code("ask: Write it.", "ask: {torch: Write it.}")) == []


def test_distractors_may_be_for_some_frameworks_only(findings: Findings) -> None:
    step = "- order: {id: a, ask: b, lines: [x, y], distractors: {jax: [{line: z, why: No.}]}}"
    assert findings(step) == []


# --- needs


def test_devices_made_of_the_cpu_are_no_accelerator(findings: Findings) -> None:
    step = "- value: {id: a, ask: b, answer: c, needs: {device: gpu, devices: 8}}"
    assert_only(findings(step), step, "8}}", "`devices` are made of the CPU; leave `device` out")
    assert findings(step.replace("device: gpu, ", "")) == []


# --- code


@pytest.mark.parametrize(
    ("step", "at", "message"),
    [
        (code("return 2 * x", "return 2 *"), "", "this is not Python: "),
        (code("    return 2 * x", "    return (2 * x"), "(2 * x", "this is not Python: "),
        (code("def f(x):\n              return 2 * x", "if x:"), "", "this is not Python: "),
        (code("return x\n", "return 2 * x\n"), "|", "the starter is the solution; leave something to do"),
        (code("return x\n", "return 2 * x   \n\n"), "|", "the starter is the solution; leave something to do"),
        (code("ask: Write it.", "ask: a\n    task: fill"), "|", "`task: fill` needs a blank, `____`, in the starter"),
        (code("return x\n", "return ____\n"), "|", "the starter has a blank, `____`; that needs `task: fill`"),
        (code("return 2 * x", "return 2 * ____"), "|", "the solution still has a blank, `____`"),
        (code("{x: normal(3)}", "{x: norml(3)}"), "norml(3)}", "unknown generator `norml`; expected one of `normal`, `uniform`, `integers`, `tensor`, `number`, `whole`. Did you mean `normal`?"),
        (code("{x: normal(3)}", "{my x: normal(3)}"), "my x: normal(3)}", "`my x` cannot be a variable's name"),
        (code("{x: normal(3)}", "{lambda: normal(3)}"), "lambda: normal(3", "`lambda` cannot be a variable's name"),
        (code("that: f(x)", "that: f(x"), "f(x", "`f(x` is not one Python expression: "),
        (code("that: f(x)", "that: y = f(x)"), "y = f(x)", "`y = f(x)` is not one Python expression: "),
        (code("that: f(x)", "that: ' '"), "' '", "expected a Python expression, found none"),
        (code("that: f(x)", "that: f(x)\n        equals: 2 x"), "2 x", "`2 x` is not one Python expression: "),
        (code("that: f(x)", "that: f(x)\n        is: 1\n        at_most: 2"), "that: f(x)", "a check has one expectation; found `is` and `at_least`/`at_most`"),
        (code("that: f(x)", "that: f(x)\n        equals: x\n        raises: ValueError"), "that: f(x)", "a check has one expectation; found `equals` and `raises`"),
        (code("that: f(x)", "that: f(x)\n        at_least: 3\n        at_most: 2"), "3", "nothing is at least 3.0 and at most 2.0"),
        (code("      torch:\n", "      torch:\n        setup: 'import ('\n"), "'import ('", "this is not Python: "),
        (code("      torch:\n", "      torch:\n        mistakes: [{say: a}]\n"), "{say: a}]", "a mistake in code has `code`, or `raises`, or both; found neither"),
        (code("      torch:\n", "      torch:\n        mistakes: [{say: a, code: b, matching: c}]\n"), "c}]", "`matching` is part of an exception's message; add `raises`"),
        (code("      torch:\n", "      torch:\n        mistakes: [{say: a, code: 'b ='}]\n"), "'b ='}]", "this is not Python: "),
    ],
)  # fmt: skip
def test_faults_in_code(findings: Findings, step: str, at: str, message: str) -> None:
    assert_only(findings(step), step, at, message)


def test_a_mistake_may_be_bad_syntax_when_it_says_so(findings: Findings) -> None:
    mistake = "mistakes: [{say: a, code: 'b =', raises: SyntaxError}]"
    assert findings(code("      torch:\n", f"      torch:\n        {mistake}\n")) == []


def test_code_with_odd_escapes_does_not_warn(
    findings: Findings, recwarn: pytest.WarningsRecorder
) -> None:
    assert findings(code("return 2 * x", "return '\\d'")) == []
    assert not recwarn.list


def test_deep_expressions_are_refused_not_crashed_on(findings: Findings) -> None:
    (only,) = findings(code("that: f(x)", "that: " + "(" * 500 + ")" * 500))
    assert "is not one Python expression" in only
    for deep in ("-" * 20000 + "1", "1" + "+1" * 20000, "a" + ".b" * 20000 + "(1)"):
        for found in findings(code("that: f(x)", f"that: {deep}")):
            assert "is not one Python expression" in found
        for found in findings(code("normal(3)", f"'{deep}'")):
            assert "generator" in found


# --- the other kinds


@pytest.mark.parametrize(
    ("step", "at", "message"),
    [
        ("- read: {text: a, given: b =}", "b =}", "this is not Python: "),
        ("- value: {id: a, ask: b, answer: c d}", "c d}", "`c d` is not one Python expression: "),
        ("- value: {id: a, ask: b, answer: c, given: d =}", "d =}", "this is not Python: "),
        ("- value: {id: a, ask: b, answer: c, mistakes: [{say: d}]}", "{say: d}]}", "a mistake has either `probe` or `answer`; found neither"),
        ("- value: {id: a, ask: b, answer: c, mistakes: [{say: d, probe: e, answer: f}]}", "{say: d, probe: ", "a mistake has either `probe` or `answer`; found both"),
        ("- value: {id: a, ask: b, answer: c, mistakes: [{say: d, probe: e f}]}", "e f}]}", "`e f` is not one Python expression: "),
        ("- choose: {id: a, ask: b, options: [{text: c, why: d}, {text: e, why: f}]}", "options: [{text:", "no option is right; give one `right: true`"),
        ("- choose: {id: a, ask: b, options: [{text: c, right: true, why: d}, {text: e, right: true, why: f}]}", "options: [{text:", "2 options are right but the learner may mark one; add `several: true`"),
        ("- choose: {id: a, ask: b, options: [{text: c, right: yes, why: d}, {text: e, why: f}]}", "yes, why: d}, {t", "`yes` is text in YAML 1.2; write `true` or `false`"),
        ("- choose: {id: a, ask: b, options: [{text: c, right: 1 +, why: d}, {text: e, why: f}]}", "1 +, why: d}, {t", "`1 +` is not one Python expression: "),
        ("- order: {id: a, ask: b, lines: [x]}", "[x]}", "expected at least 2 lines to put in order, found 1"),
        ("- order: {id: a, ask: b, lines: [x, y], distractors: [{line: ' y', why: d}]}", "' y', why: d}]}", "this distractor is equal to a line that belongs"),
        ("- order: {id: a, ask: b, lines: {torch: [x, y], jax: [x, z]}, distractors: [{line: z, why: d}]}", "z, why: d}]}", "this distractor is equal to a line that belongs"),
        ("- order: {id: a, ask: b, lines: {torch: [x, y], jax: [x, z]}, distractors: {jax: [{line: z, why: d}]}}", "z, why: d}]}}", "this distractor is equal to a line that belongs"),
        ("- order: {id: a, ask: b, lines: [x, y =], checks: [{that: x}]}", "y =], checks: [{", "the lines in order are not Python: "),
        ("- measure: {id: a, ask: b, given: c, results: d}", "measure: {id: a,", "a measurement has either `answer` or `options`; found neither"),
        ("- measure: {id: a, ask: b, given: c, results: d, answer: e, options: [{text: c, right: true, why: d}]}", "measure: {id: a,", "a measurement has either `answer` or `options`; found both"),
        ("- measure: {id: a, ask: b, given: c, results: d e, answer: f}", "d e, answer: f}", "`d e` is not one Python expression: "),
        ("- measure: {id: a, ask: b, given: c, results: d, options: [{text: c, right: x > 1, why: d}], mistakes: [{say: d, answer: e}]}", "mistakes: [{say:", "`mistakes` go with `answer`; each option has its own `why`"),
    ],
)  # fmt: skip
def test_faults_in_other_kinds(findings: Findings, step: str, at: str, message: str) -> None:
    assert_only(findings(step), step, at, message)


@pytest.mark.parametrize(
    "step",
    [
        "- choose: {id: a, ask: b, several: true, options: [{text: c, right: true, why: d}, {text: e, right: true, why: f}]}",
        "- choose: {id: a, ask: b, options: [{text: c, right: x > 1, why: d}, {text: e, right: x < 1, why: f}]}",
        "- order: {id: a, ask: b, lines: [first do this, then do that]}",
        "- value: {id: a, ask: Which error?, given: 'b =', answer: c, form: exception}",
        "- measure: {id: a, ask: b, given: c, results: d, options: [{text: c, right: x > 1, why: d}, {text: e, right: x < 1, why: f}]}",
    ],
)  # fmt: skip
def test_what_is_allowed(findings: Findings, step: str) -> None:
    assert findings(step) == []


# --- views


def shown(view: str) -> str:
    return CODE + f"    show: [{view}]\n"


@pytest.mark.parametrize(
    ("view", "at", "message"),
    [
        ("{view: curve, caption: Look.}", "{view: curve", "a `curve` needs `of`"),
        ("{view: timeline, of: f(x), caption: L.}", "of: f(x)", "a timeline is of the whole run"),
        ("{view: tree, of: f(x, caption: L.}", "f(x", "`f(x` is not one Python expression"),
        ('{view: tree, of: x, caption: "a\\nb"}', '"a', "a caption is one line"),
        ("{view: pie, of: x, caption: L.}", "pie", "unknown `pie`; expected `bars`, `code`"),
        (
            "{view: tree, of: {jax: x}, caption: L.}",
            "jax",
            "`jax` is not among this step's frameworks",
        ),
    ],
)
def test_faults_in_views(findings: Findings, view: str, at: str, message: str) -> None:
    (only,) = findings(shown(view))
    line, column, words = only.split(":", 2)
    step = textwrap.indent(shown(view), "  ").splitlines()
    assert message in words
    assert step[int(line) - 8][int(column) - 1 :].startswith(at)


def test_views_that_are_sound(findings: Findings) -> None:
    assert (
        findings(shown("{view: timeline, caption: L.}, {view: tree, of: {torch: x}, caption: L.}"))
        == []
    )
