from __future__ import annotations

from collections.abc import Callable

import pytest

from tutor.course.models import Lesson
from tutor.course.resolve import (
    frameworks_of,
    is_exercise,
    kind_of,
    reads_inputs_at_top_level,
    step_id,
    step_title,
    text_for,
)


def test_text_for() -> None:
    assert text_for("a", "jax") == "a"
    assert text_for({"torch": "t", "jax": "j"}, "jax") == "j"
    assert text_for({"torch": "t"}, "jax") == ""
    assert text_for(None, "jax") == ""


def test_steps(parse: Callable[..., Lesson]) -> None:
    lesson = parse(
        "- read: |\n    # A heading #\n    Text.\n",
        "- read: Text.\n",
        "- read: {text: '## Two', id: two, title: Three}\n",
        "- value: {id: by-hand, ask: b, answer: c, frameworks: [jax, torch]}\n",
        "- code: {id: c, ask: b, variants: {jax: {starter: a, solution: b}}, checks: [{that: a}]}\n",
        "- value: {id: last, ask: b, answer: c, frameworks: [jax], title: The last}\n",
    )
    steps = lesson.steps
    assert [kind_of(step) for step in steps] == ["read", "read", "read", "value", "code", "value"]
    assert [is_exercise(step) for step in steps] == [False] * 3 + [True] * 3
    ids = [step_id(step, index) for index, step in enumerate(steps)]
    assert ids == ["read-1", "read-2", "two", "by-hand", "c", "last"]
    titles = [step_title(step, index) for index, step in enumerate(steps)]
    assert titles == ["A heading", "Read", "Three", "By hand", "C", "The last"]
    assert [frameworks_of(lesson, step) for step in steps] == [
        ("torch", "jax"), ("torch", "jax"), ("torch", "jax"), ("torch", "jax"), ("jax",), ("jax",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(x):\n    return x", False),
        ("def f(a):\n    return a * x", False),  # read when called, by the probe
        ("y = x * 2", True),
        ("y = other * 2", False),
        ("x += 1", True),
        ("x = 3", False),
        ("del x", True),
        ("def f(a=x): ...", True),
        ("@x\ndef f(): ...", True),
        ("def f():\n    return x\ny = f()", True),
        ("def g():\n    return x\ndef f():\n    return g()\ny = f()", True),
        ("def g():\n    return x\ndef f():\n    return g()\n", False),
        ("def f():\n    x = 1\n    return x\ny = f()", False),
        ("def f(x):\n    return x\ny = f(1)", False),
        ("def f():\n    global x\n    x = 1\ny = f()", True),
        ("class A:\n    y = x", True),
        ("class A:\n    def f(self):\n        return x\n", False),
        ("f = lambda x: x", False),
        ("f = lambda a: a * x", True),
        ("ys = [x for _ in range(3)]", True),
        ("if True:\n    with open(x): pass", True),
        ("print(f'{x}')", True),
        ("async def f():\n    return x\n", False),
        ("this is not python x", False),
        ("", False),
    ],
)
def test_reads_inputs_at_top_level(source: str, expected: bool) -> None:
    assert reads_inputs_at_top_level(source, ("x", "w")) is expected


def test_without_inputs_nothing_is_read() -> None:
    assert not reads_inputs_at_top_level("y = x", ())


def test_a_program_too_deep_to_follow_runs_again() -> None:
    assert reads_inputs_at_top_level("y = " + "-" * 3000 + "1", ("x",))
