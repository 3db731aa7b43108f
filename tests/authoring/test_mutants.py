"""Which slips are made, and that each is a program that differs by that slip alone."""

from __future__ import annotations

import ast

import pytest

from tutor.authoring.mutants import mutants_of
from tutor.course.catalogue import Catalogue, shipped
from tutor.course.models import Code


@pytest.mark.parametrize(
    ("line", "slip"),
    [
        ("opt.zero_grad()", "pass"),
        ("y = w.detach()", "y = w"),
        ("y = tf.sqrt(w)", "y = w"),
        ("y = w.mean()", "y = w.sum()"),
        ("y = w.sum(axis=1)", "y = w.sum(axis=0)"),
        ("y = w.sum(dim=-1)", "y = w.sum(dim=0)"),
        ("y = w.sum(1, keepdim=True)", "y = w.sum(1)"),
        ("y = f(w, keepdims=True)", "y = f(w, keepdims=False)"),
        ("y = a - b", "y = a + b"),
        ("y = a - b", "y = (b - a)"),
        ("y = a @ b", "y = (b @ a)"),
        ("y = a @ b", "y = a * b"),
        ("y = torch.matmul(a, b)", "y = torch.matmul(b, a)"),
        ("y = a ** 2", "y = a ** 3"),
        ("y = a ** b", "y = a * b"),
        ("y = a * 0.1", "y = a * 0.2"),
        ("y = a + 1", "y = a + 0"),
        ("y = -a", "y = a"),
        ("y = a.T", "y = a"),
        ("y = a.transpose(0, 1)", "y = a"),
        ("y -= a", "y += a"),
        ("y = a[n:]", "y = a[n + 1:]"),
        ("y = a[1:]", "y = a[2:]"),
        ("y = relu(a)", "y = tanh(a)"),
        ("y = jnp.exp(a)", "y = jnp.log(a)"),
        ("y = a > b", "y = a >= b"),
        ("y = a < b", "y = a >= b"),
        ("y = a and b", "y = a or b"),
        ("y = b if a else c", "y = (c if a else b)"),
        ("if a: y = b", "if not (a): y = b"),
        ("for i in range(n): y = i", "for i in range(n - 1): y = i"),
        ("y = f(a, create_graph=True)", "y = f(a)"),
    ],
)
def test_a_slip_is_made(line: str, slip: str) -> None:
    changed = [
        mutant.added for mutant in mutants_of(f"def f(a, b, n):\n    {line}\n    return y\n")
    ]
    assert (slip,) in changed


def test_contexts_and_decorators_are_taken_away() -> None:
    source = "@jax.jit\ndef f(w):\n    with torch.no_grad():\n        w -= 1\n    return w\n"
    found = {mutant.what: mutant for mutant in mutants_of(source)}
    bare = found["@jax.jit left out"]
    assert bare.source == source.removeprefix("@jax.jit\n")
    assert "if True:\n        w -= 1" in found["`with torch.no_grad():` taken away"].source


def test_returns_are_changed() -> None:
    source = "def f(a):\n    b = a + 1\n    return b\n\n\ndef g(a):\n    return a, 2\n"
    words = {mutant.what for mutant in mutants_of(source)}
    assert {"returns `a`", "returned values swapped"} <= words


def test_the_rest_of_the_source_stays_as_it_was() -> None:
    source = "def f(é, b):  # the author's comment\n    return  é - b   # another\n"
    for mutant in mutants_of(source):
        kept = [
            old == new
            for old, new in zip(source.split("\n"), mutant.source.split("\n"), strict=True)
        ]
        assert kept.count(False) == 1
        assert "# another" in mutant.source
        assert mutant.diff.startswith("--- solution\n+++ mutant ")


def test_what_is_no_python_has_no_mutants() -> None:
    assert mutants_of("def f(:") == []
    assert mutants_of("") == []


def _solutions() -> list[str]:
    course = Catalogue.open(shipped(), None)
    return [
        variant.solution
        for lesson in course.lessons
        for step in course.lesson(lesson).steps
        if isinstance(step, Code)
        for variant in step.variants.values()
    ]


def test_mutants_of_the_lessons_are_distinct_programs_in_a_fixed_order() -> None:
    for solution in _solutions():
        found = mutants_of(solution)
        assert found == mutants_of(solution)
        trees = {ast.dump(ast.parse(mutant.source)) for mutant in found}
        assert len(trees) == len(found) > 0
        assert ast.dump(ast.parse(solution)) not in trees
        assert len({mutant.id for mutant in found}) == len(found)
        assert [mutant.line for mutant in found] == sorted(mutant.line for mutant in found)
