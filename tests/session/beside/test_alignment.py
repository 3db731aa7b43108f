"""Programs in rows by what each part does."""

from __future__ import annotations

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from tutor.course.catalogue import shipped
from tutor.course.load import load_lesson
from tutor.course.models import Code
from tutor.session.beside.alignment import align, pieces

TORCH = """
import torch

def slope(x):
    x = x.clone().requires_grad_(True)
    y = g(x)
    y.backward()
    return x.grad
"""
TENSORFLOW = """
import tensorflow as tf

def slope(x):
    x = tf.Variable(x)
    with tf.GradientTape() as tape:
        y = g(x)
    return tape.gradient(y, x)
"""
JAX = """
import jax

slope = jax.grad(g)
"""


def test_the_same_part_stands_in_one_row() -> None:
    rows = align({"torch": TORCH, "tensorflow": TENSORFLOW, "jax": JAX})
    cells = {row.what: {name: code.strip() for name, code in row.code.items()} for row in rows}
    assert cells["imports"] == {
        "torch": "import torch",
        "tensorflow": "import tensorflow as tf",
        "jax": "import jax",
    }
    assert cells["takes the gradient"] == {
        "torch": "return x.grad",
        "tensorflow": "return tape.gradient(y, x)",
        "jax": "slope = jax.grad(g)",
    }
    marks = [row.code for row in rows if row.what == "marks what is differentiated"]
    assert {name: code.strip() for name, code in marks[0].items()} == {
        "torch": "x = x.clone().requires_grad_(True)",
        "tensorflow": "x = tf.Variable(x)",
    }


def lines_in(rows: object, name: str) -> list[str]:
    return [
        line
        for row in rows  # type: ignore[attr-defined]
        for line in row.code.get(name, "").splitlines()
        if line.strip()
    ]


def test_no_line_of_the_lessons_is_lost_or_moved() -> None:
    seen = 0
    for path in sorted(shipped().rglob("*.yaml")):
        if path.name == "course.yaml":
            continue
        for step in load_lesson(path).steps:
            if not isinstance(step, Code):
                continue
            programs = {name: variant.solution for name, variant in step.variants.items()}
            rows = align(programs)
            for name, source in programs.items():
                assert lines_in(rows, name) == [
                    line.rstrip() for line in source.splitlines() if line.strip()
                ]
                seen += 1
    assert seen > 40


STATEMENTS = st.lists(
    st.sampled_from(
        [
            "import torch",
            "x = 1",
            "def f(x):\n    # a comment\n    y = x @ w\n    return y",
            "for i in range(3):\n    x += i\nelse:\n    pass",
            "try:\n    f()\nexcept ValueError:\n    g()\nfinally:\n    h()",
            "if a:\n    b()\nelif c:\n    d()\nelse:\n    e()",
            "@dec\nclass A:\n    z: int = 3\n\n    def m(self):\n        return 1",
            "a = 1; b = 2",
            "with open(p) as f: pass",
            's = """two\nlines"""',
            "match x:\n    case 1:\n        y()\n    case _:\n        z()",
            "loss.backward()",
        ]
    ),
    max_size=6,
)


@given(STATEMENTS, STATEMENTS, STATEMENTS)
def test_every_line_comes_once_and_in_order(
    one: list[str], two: list[str], three: list[str]
) -> None:
    programs = {"torch": "\n".join(one), "jax": "\n".join(two), "tensorflow": "\n".join(three)}
    rows = align(programs)  # type: ignore[arg-type]
    for name, source in programs.items():
        assert lines_in(rows, name) == [line for line in source.splitlines() if line.strip()]
    assert all(row.code for row in rows)


@given(st.text(max_size=200))
def test_what_is_no_python_is_one_piece(source: str) -> None:
    joined = "".join(piece.code for piece in pieces(source))
    assert set("".join(source.split())) >= set("".join(joined.split()))


def test_a_program_with_faults_stands_by_itself() -> None:
    rows = align({"torch": "x = 1\n", "jax": "def ("})
    assert [dict(row.code) for row in rows] == [{"torch": "x = 1"}, {"jax": "def ("}]


def test_comments_stay_with_what_they_are_about() -> None:
    (piece,) = pieces(
        textwrap.dedent("""
        # why
        x = 1
    """)
    )
    assert piece.code == "# why\nx = 1"
