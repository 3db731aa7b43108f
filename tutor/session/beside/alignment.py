"""Programs of several frameworks in rows: what does the same part stands in one row.

Each program is cut into statements (the header of a function or loop apart from its body), and
rows are found as sequences are aligned in biology: Needleman & Wunsch, "A general method
applicable to the search for similarities in the amino acid sequence of two proteins", J. Mol.
Biol. 48 (1970), with a score for statements that do the same, bind the same names, or use the
same names. A third program is aligned with the rows of the first two.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tutor.course.models import FrameworkName
from tutor.session.beside.roles import role_of

_FRAMEWORK_NAMES = frozenset(
    {"torch", "tf", "tensorflow", "jax", "jnp", "np", "numpy", "F", "nn", "keras", "optax", "self"}
)
_SAME_NAME, _SAME_ROLE, _SAME_WORDS, _BOTH_RETURN, _BOTH_IMPORT = 3.0, 4.0, 2.0, 1.0, 6.0
_LEAST = 1.5
"""The lowest score at which two statements share a row."""


@dataclass(frozen=True)
class Piece:
    """A statement, or the header of a compound one, with the comments above it."""

    code: str
    """Its lines, with the program's own indentation."""
    role: str
    """What it does, in words; empty when that cannot be told."""
    binds: frozenset[str]
    """Names it gives a value to."""
    uses: frozenset[str]
    """Names in it, without those of the frameworks."""
    returns: bool = False
    imports: bool = False


@dataclass(frozen=True)
class Row:
    """What does the same part in each framework."""

    what: str
    """In words: `imports`, `takes the gradient`, a name that is defined; empty when unclear."""
    code: Mapping[FrameworkName, str]
    """A framework that has no such part is not in it."""


def pieces(source: str) -> list[Piece]:
    """Cut a program into statements; one piece of all of it when it does not parse."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [Piece(source.strip("\n"), "", frozenset(), frozenset())] if source.strip() else []
    lines = source.splitlines()
    found: list[Piece] = []
    _cut(tree.body, lines, 0, found)
    return _imports_together(found)


def _cut(body: Iterable[ast.stmt], lines: Sequence[str], begun: int, found: list[Piece]) -> int:
    """Add the pieces of statements; returns the number of lines that are dealt with."""
    for node in body:
        inner: list[ast.stmt] = getattr(node, "body", [])
        if inner:
            head = max(_first_line(inner[0]) - 1, node.lineno)
            found.append(_piece(node, lines[begun:head], header=True))
            begun = _cut(inner, lines, head, found)
            # `else:` and the like go with the statements after them
            for name in ("handlers", "orelse", "finalbody"):
                rest = getattr(node, name, None)
                if rest:
                    end = node.end_lineno or begun
                    found.append(_piece(node, lines[begun:end], header=False))
                    begun = end
                    break
        else:
            end = node.end_lineno or node.lineno
            if end > begun:
                found.append(_piece(node, lines[begun:end], header=False))
            elif found:  # two statements on one line
                last = found[-1]
                found[-1] = Piece(
                    last.code,
                    last.role or role_of(ast.unparse(node)),
                    last.binds | _bound(node),
                    last.uses | _used(node),
                    last.returns or isinstance(node, ast.Return),
                    last.imports,
                )
            begun = max(begun, end)
    return begun


def _first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _piece(node: ast.stmt, lines: Sequence[str], *, header: bool) -> Piece:
    code = "\n".join(line.rstrip() for line in lines).strip("\n")
    text = _header(node) if header else ast.unparse(node)
    defines = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return Piece(
        code=code,
        role="" if defines else role_of(text),  # a name such as `loss` says what it is already
        binds=_bound(node),
        uses=_words(text) if header else _used(node),
        returns=isinstance(node, ast.Return),
        imports=isinstance(node, ast.Import | ast.ImportFrom),
    )


def _header(node: ast.stmt) -> str:
    """A compound statement without its body, as `ast.unparse` writes it."""
    lines = ast.unparse(node).splitlines()
    ends = [number for number, line in enumerate(lines) if line.endswith(":")]
    return "\n".join(lines[: ends[0] + 1]) if ends else lines[0]


def _words(text: str) -> frozenset[str]:
    try:
        return _used(ast.parse(f"{text} pass").body[0])
    except SyntaxError:
        return frozenset()


def _bound(node: ast.stmt) -> frozenset[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return frozenset({name})
        case ast.Assign(targets=targets):
            return frozenset(
                part.id
                for target in targets
                for part in ast.walk(target)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            )
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.AugAssign(target=ast.Name(id=name)):
            return frozenset({name})
        case _:
            return frozenset()


def _used(node: ast.AST) -> frozenset[str]:
    names: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            names.add(part.id)
        elif isinstance(part, ast.Attribute):
            names.add(part.attr)
        elif isinstance(part, ast.arg):
            names.add(part.arg)
    return frozenset(names - _FRAMEWORK_NAMES)


def _imports_together(found: list[Piece]) -> list[Piece]:
    """The imports that follow each other, as one piece."""
    kept: list[Piece] = []
    for piece in found:
        if piece.imports and kept and kept[-1].imports:
            code = f"{kept[-1].code}\n{piece.code}"
            kept[-1] = Piece(code, "", frozenset(), frozenset(), imports=True)
        else:
            kept.append(piece)
    return kept


def align(programs: Mapping[FrameworkName, str]) -> tuple[Row, ...]:
    """The programs in rows, in the order of the first one."""
    rows: list[dict[FrameworkName, Piece]] = []
    for framework, source in programs.items():
        rows = _merged(rows, framework, pieces(source))
    return tuple(
        Row(_what(row), {framework: piece.code for framework, piece in row.items()}) for row in rows
    )


def _what(row: Mapping[FrameworkName, Piece]) -> str:
    """What a row does: its imports, a role that its statements share, or a name they define."""
    parts = list(row.values())
    if all(part.imports for part in parts):
        return "imports"
    roles = [part.role for part in parts if part.role]
    if roles and (len(set(roles)) == 1 or len(parts) == 1):
        return roles[0]
    names = parts[0].binds
    for part in parts[1:]:
        names &= part.binds
    if names:
        return f"`{min(names)}`"
    return max(roles, key=roles.count) if roles else ""


def _merged(
    rows: Sequence[Mapping[FrameworkName, Piece]], framework: FrameworkName, new: Sequence[Piece]
) -> list[dict[FrameworkName, Piece]]:
    """The rows with one more program in them; no order is changed."""
    many, more = len(rows), len(new)
    best = [[0.0] * (more + 1) for _ in range(many + 1)]
    for i in range(many - 1, -1, -1):
        for j in range(more - 1, -1, -1):
            together = max(_score(piece, new[j]) for piece in rows[i].values())
            joined = together + best[i + 1][j + 1] if together >= _LEAST else 0.0
            best[i][j] = max(joined, best[i + 1][j], best[i][j + 1])
    merged: list[dict[FrameworkName, Piece]] = []
    i = j = 0
    while i < many and j < more:
        if best[i][j] == best[i + 1][j]:
            merged.append(dict(rows[i]))
            i += 1
        elif best[i][j] == best[i][j + 1]:
            merged.append({framework: new[j]})
            j += 1
        else:
            merged.append({**rows[i], framework: new[j]})
            i, j = i + 1, j + 1
    merged.extend(dict(row) for row in rows[i:])
    merged.extend({framework: piece} for piece in new[j:])
    return merged


def _score(one: Piece, other: Piece) -> float:
    """How much two statements do the same."""
    if one.imports or other.imports:
        return _BOTH_IMPORT if one.imports and other.imports else 0.0
    score = 0.0
    if one.role and one.role == other.role:
        score += _SAME_ROLE
    if one.binds & other.binds:
        score += _SAME_NAME
    if one.returns and other.returns:
        score += _BOTH_RETURN
    every = one.uses | other.uses
    if every:
        score += _SAME_WORDS * len(one.uses & other.uses) / len(every)
    return score
