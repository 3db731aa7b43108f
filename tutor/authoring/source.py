"""Lesson code as syntax: what two programs have in common, and which names they bind and read."""

from __future__ import annotations

import ast
import re
import symtable
import warnings
from collections.abc import Iterator
from functools import lru_cache

_SPACE = re.compile(r"\s+")


@lru_cache(maxsize=1024)
def parse(source: str) -> ast.Module | None:
    """The syntax tree; None for code that does not parse, which a mistake may be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes such as "\d", which the learner's run says
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def normal_form(source: str) -> str:
    """The same for programs that differ in spacing, comments and quotes only."""
    tree = parse(source.strip())
    return squeeze(source) if tree is None else _dumped(source.strip())


def squeeze(text: str) -> str:
    """Text without its white space."""
    return _SPACE.sub("", text)


def bound_at_top(source: str) -> Iterator[tuple[str, int, int]]:
    """Names that running `source` binds in its own namespace, with line and column (1-based)."""
    tree = parse(source)
    if tree is not None:
        for statement in tree.body:
            yield from _bound(statement)


@lru_cache(maxsize=256)
def names_read(source: str) -> frozenset[str]:
    """Names that `source`, or a function in it, reads from outside functions."""
    try:
        top = symtable.symtable(source, "lesson", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    names = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    waiting = list(top.get_children())
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        names.update(
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_global() and symbol.is_referenced()
        )
    return frozenset(names)


@lru_cache(maxsize=1024)
def _dumped(source: str) -> str:
    tree = parse(source)
    assert tree is not None
    return ast.dump(tree)


def _bound(node: ast.AST) -> Iterator[tuple[str, int, int]]:
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno, node.col_offset + 1
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name, node.lineno, node.col_offset + 1
        return
    if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return  # what they bind is their own
    if isinstance(node, ast.alias):
        yield (node.asname or node.name.partition(".")[0]), node.lineno, node.col_offset + 1
        return
    for child in ast.iter_child_nodes(node):
        yield from _bound(child)
