"""Small changes to a program, each a slip that a learner might make. Pure.

Each change replaces a piece of the source text and leaves the rest as the author wrote it, so that
a mutant's diff is the slip and nothing else. Changes come in the order of the source, and the same
source always gives the same mutants under the same ids.
"""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tutor.authoring.mutations import OPERATORS, changes_of


@dataclass(frozen=True)
class Mutant:
    """One changed program."""

    id: str
    """The line of the change and a letter, such as `5b`."""
    what: str
    """The change in words, such as ``mean → sum``."""
    line: int
    """1-based line of the solution where it begins."""
    source: str
    """The whole changed program."""
    diff: str
    """A unified diff from the solution."""

    @property
    def added(self) -> tuple[str, ...]:
        """The lines that the diff adds, stripped."""
        return tuple(
            line[1:].strip()
            for line in self.diff.splitlines()[2:]
            if line.startswith("+") and line[1:].strip()
        )

    def is_called(self, name: str) -> bool:
        """Whether an author means this one: by a line that it adds, by its words, or its id."""
        name = name.strip()
        return name in self.added or name in (self.what, self.id)


class _Change(NamedTuple):
    start: int
    """Byte offset of what goes."""
    end: int
    text: str
    """What comes in its place."""
    what: str


def mutants_of(source: str) -> list[Mutant]:
    """Every mutant of a program, none twice and none that is the program itself."""
    tree = _parse(source)
    if tree is None:
        return []
    text = _Text(source)
    seen = {ast.dump(tree)}
    found: list[Mutant] = []
    counts: dict[int, int] = {}
    changes = sorted(set(_changes(tree, text)), key=lambda change: (change.start, change.end))
    for change in changes:
        changed = text.with_change(change)
        mutated = _parse(changed)
        if mutated is None or ast.dump(mutated) in seen:
            continue
        seen.add(ast.dump(mutated))
        line = text.line_at(change.start)
        number = counts.get(line, 0)
        counts[line] = number + 1
        name = f"{line}{_letters(number)}"
        found.append(Mutant(name, change.what, line, changed, _diff(source, changed, name)))
    return found


def _changes(tree: ast.Module, text: _Text) -> Iterator[_Change]:
    for node in ast.walk(tree):
        for part, replacement, what in changes_of(node, text.of):
            start, end = text.span(part)
            yield _Change(start, end, replacement, what)
        yield from _operators(node, text)
        yield from _statements(node, text)


def _operators(node: ast.AST, text: _Text) -> Iterator[_Change]:
    """The text between two operands holds the operator and nothing else but brackets."""
    if isinstance(node, ast.BinOp):
        gaps = [(node.left, node.op, node.right)]
    elif isinstance(node, ast.Compare):
        lefts = [node.left, *node.comparators]
        gaps = list(zip(lefts, node.ops, node.comparators, strict=False))
    elif isinstance(node, ast.BoolOp):
        gaps = [
            (one, node.op, other) for one, other in zip(node.values, node.values[1:], strict=False)
        ]
    elif isinstance(node, ast.AugAssign):
        gaps = [(node.target, node.op, node.value)]
    else:
        return
    for left, operator, right in gaps:
        names = OPERATORS.get(type(operator))
        if names is None:
            continue
        own, others = names
        sign = f"{own}=" if isinstance(node, ast.AugAssign) else own
        start, end = text.span(left)[1], text.span(right)[0]
        at = text.raw.find(sign.encode(), start, end)
        if at < 0:
            continue
        for other in others:
            new = f"{other}=" if isinstance(node, ast.AugAssign) else other
            yield _Change(at, at + len(sign), new, f"{sign} → {new}")


def _statements(node: ast.AST, text: _Text) -> Iterator[_Change]:
    """Statements left out, contexts and decorators taken away."""
    for name in ("body", "orelse", "finalbody"):
        block: list[ast.stmt] | ast.expr = getattr(node, name, [])
        if isinstance(block, list):  # a lambda's body is an expression
            for statement in block:
                yield from _without(statement, text)
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        for decorator in node.decorator_list:
            start, end = text.span(decorator)
            line = text.raw.rfind(b"\n", 0, start) + 1
            following = text.raw.find(b"\n", end) + 1 or len(text.raw)
            yield _Change(line, following, "", f"@{text.of(decorator)} left out")


_KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Pass, ast.AsyncFunctionDef)


def _without(statement: ast.stmt, text: _Text) -> Iterator[_Change]:
    if isinstance(statement, _KEPT) or _is_text(statement):
        return
    start, end = text.span(statement)
    first = text.of(statement).splitlines()[0].strip()
    yield _Change(start, end, "pass", f"`{first}` left out")
    if isinstance(statement, ast.With) and not any(i.optional_vars for i in statement.items):
        # `if True:` keeps the body where it is, so that the diff is one line.
        last = text.span(statement.items[-1].context_expr)[1]
        yield _Change(start, last, "if True", f"`{first}` taken away")


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


class _Text:
    """Source by byte offsets, which is how the parser counts columns."""

    def __init__(self, source: str) -> None:
        self.raw = source.encode()
        self._starts = [0]
        for line in self.raw.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where a node's text begins and ends."""
        assert isinstance(node, ast.expr | ast.stmt | ast.keyword)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def of(self, node: ast.AST) -> str:
        """A node's text."""
        start, end = self.span(node)
        return self.raw[start:end].decode()

    def line_at(self, offset: int) -> int:
        """The 1-based line of a byte."""
        return self.raw.count(b"\n", 0, offset) + 1

    def with_change(self, change: _Change) -> str:
        """The source with one piece replaced; brackets of ours that the author has are left out."""
        before, text, after = self.raw[: change.start], change.text, self.raw[change.end :]
        if _in_brackets(text) and before.endswith(b"(") and after.startswith(b")"):
            text = text[1:-1]
        return (before + text.encode() + after).decode()


def _parse(source: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a mutant may say `1()`, which is what it is for
        try:
            tree = ast.parse(source)
            compile(source, "<mutant>", "exec")
        except (SyntaxError, ValueError):
            return None
    return tree


def _in_brackets(text: str) -> bool:
    """Whether a text is one pair of round brackets and what is in it."""
    depth = 0
    for place, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if not depth:
            return place > 0 and place == len(text) - 1
    return False


def _letters(number: int) -> str:
    """0 → a, 25 → z, 26 → aa."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def _diff(source: str, changed: str, name: str) -> str:
    lines = difflib.unified_diff(
        source.splitlines(), changed.splitlines(), "solution", f"mutant {name}", n=1, lineterm=""
    )
    return "\n".join(lines)
