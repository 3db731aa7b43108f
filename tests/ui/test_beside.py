"""Frameworks side by side, on the screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from tests.ui import fake_course
from tutor.errors import UsageError
from tutor.session import StepRef
from tutor.session.beside.alignment import align
from tutor.session.beside.comparison import Compared, Comparison
from tutor.session.beside.differences import differences_in
from tutor.ui.app import TutorApp
from tutor.ui.beside import arranged, lines
from tutor.ui.screens.beside import BesidePage, BesideScreen

PROGRAMS = {
    "torch": "import torch\n\ndef slope(x):\n    x = x.clone().requires_grad_(True)\n"
    "    y = x ** 2\n    y.backward()\n    return x.grad\n",
    "tensorflow": "import tensorflow as tf\n\ndef slope(x):\n    with tf.GradientTape() as tape:\n"
    "        tape.watch(x)\n        y = x ** 2\n    return tape.gradient(y, x)\n",
    "jax": "import jax\n\nslope = jax.grad(lambda x: x ** 2)\n",
}
STEP = StepRef(fake_course.LESSON, "mse-gradient")
BEGUN = Comparison(
    ref=STEP,
    title="Mean squared error",
    own="torch",
    frameworks=("torch", "tensorflow", "jax"),
    rows=align(PROGRAMS),  # type: ignore[arg-type]
    differences=differences_in(PROGRAMS),  # type: ignore[arg-type]
    waiting=("torch", "tensorflow", "jax"),
)
DONE = Comparison(
    ref=STEP,
    title="Mean squared error",
    own="torch",
    frameworks=("torch", "tensorflow", "jax"),
    rows=BEGUN.rows,
    differences=BEGUN.differences,
    compared=(
        Compared(
            label="slope(x)",
            shown={"torch": "[2, 4, 6]", "tensorflow": "[2, 4, 6.00000048]"},
            kinds={"torch": "float32 (3,)", "tensorflow": "float32 (3,)"},
            apart={"tensorflow": "1 ulp of float32 (7.9e-08)"},
            differs="Summed in another order.",
        ),
    ),
    absent={"jax": "JAX is not installed in /opt/python."},
)


def text(comparison: Comparison, width: int, other: int = 0) -> str:
    return "\n".join(line.plain.rstrip() for line in lines(comparison, width, other))


@given(st.integers(30, 200), st.integers(0, 5), st.text("計 a😀(", max_size=90))
def test_no_line_is_wider_than_the_screen(width: int, other: int, words: str) -> None:
    torch = PROGRAMS["torch"].replace("    y.back", f"    name = '{words}'\n    y.back")
    shown = replace(DONE, rows=align({**PROGRAMS, "torch": torch}))  # type: ignore[dict-item]
    page = lines(shown, width, other)
    assert max(line.cell_length for line in page) <= width
    kept = "".join(line.plain for line in page)
    assert sum(map(kept.count, "計😀")) == sum(map(words.count, "計😀"))


def test_two_fit_at_80_and_three_at_120() -> None:
    assert arranged(DONE, 76, 0) == (("torch", "tensorflow"),)
    assert arranged(DONE, 76, 1) == (("torch", "jax"),)
    assert arranged(DONE, 76, 2) == (("torch", "tensorflow"),)
    assert arranged(DONE, 116, 0) == (("torch", "tensorflow", "jax"),)


LONG = {name: f"{code}# {'word ' * 9}\n" * 2 for name, code in PROGRAMS.items()}
WIDE = replace(DONE, rows=align(LONG))  # type: ignore[arg-type]


def test_programs_too_wide_for_their_columns_are_one_below_another() -> None:
    assert arranged(WIDE, 76, 0) == (("torch",), ("tensorflow",), ("jax",))
    assert arranged(WIDE, 116, 1) == (("torch", "jax"),)
    page = text(WIDE, 76).splitlines()
    titles = [page.index(name) for name in ("PyTorch · yours", "TensorFlow", "JAX")]
    assert titles == sorted(titles)
    assert f"# {'word ' * 9}".rstrip() in page


def test_a_line_is_broken_between_words() -> None:
    page = text(WIDE, 40)
    assert "  word word" in page
    assert not re.search(r"\b(wor|ord)\b", page)


def test_programs_differences_and_values() -> None:
    page = text(DONE, 116)
    assert "PyTorch · yours" in page
    row = next(line for line in page.splitlines() if "x.grad" in line)
    assert "tape.gradient(y, x)" in row
    assert "jax.grad" in row
    assert "slope(x) · float32 (3,)" in page
    assert "1 ulp of float32" in page
    assert "Summed in another order." in page
    assert "JAX is not installed in /opt/python." in page
    assert "JAX: JAX" not in page
    assert "adds to each leaf's .grad" in page


def test_what_is_still_to_come_is_said() -> None:
    assert "Running PyTorch, TensorFlow, JAX …" in text(BEGUN, 76)


async def opened(pilot: Pilot[int]) -> None:
    await pilot.pause()
    await pilot.press("f3")
    await pilot.pause(0.05)
    await pilot.pause()


@pytest.fixture
def fake() -> fake_course.FakeSession:
    session = fake_course.session()
    session.passed.add((STEP, "torch"))
    session.tried.add(STEP)
    session.comparisons = (BEGUN, DONE)
    return session


async def test_after_a_pass_the_key_of_the_solution_compares(fake: fake_course.FakeSession) -> None:
    app = TutorApp(fake.as_session(), STEP)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert isinstance(app.screen, BesideScreen)
        page = app.screen.query_one(BesidePage)
        assert page.comparison is DONE
        assert "TensorFlow" in page.render().plain.splitlines()[0]
        await pilot.press("right")
        assert "JAX" in page.render().plain.splitlines()[0]
        await pilot.press("left")
        assert "TensorFlow" in page.render().plain.splitlines()[0]
        await pilot.press("q")
        assert not isinstance(app.screen, BesideScreen)


async def test_the_authors_solution_is_a_key_away(fake: fake_course.FakeSession) -> None:
    app = TutorApp(fake.as_session(), STEP)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("o")
        await pilot.pause()
        assert type(app.screen).__name__ == "SolutionScreen"


async def test_what_cannot_be_compared_is_a_sentence(fake: fake_course.FakeSession) -> None:
    fake.comparisons = (UsageError("The lesson's file has a fault."),)
    app = TutorApp(fake.as_session(), STEP)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        words = str(app.screen.query_one("#choices").render())
        assert "The lesson's file has a fault." in words


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
def test_picture(
    fake: fake_course.FakeSession, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    app = TutorApp(fake.as_session(), STEP)
    assert snap_compare(app, terminal_size=size, run_before=opened)
