"""A tree with guides, and what is known of each branch in aligned columns."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.views import cells
from tutor.views.model import Branch, Tree
from tutor.views.numbers import count, number, shape
from tutor.views.text.table import GAP, fitted


def draw(view: Tree, width: int) -> list[str]:
    """Return a line per branch."""
    if not view.branches:
        return ["The tree is empty."]
    devices = {branch.device for branch in view.branches if branch.device}
    rows = [
        [guide + name_of(branch), *_facts(branch), branch.device if len(devices) > 1 else ""]
        for guide, branch in zip(guides(view.branches), view.branches, strict=True)
    ]
    heads = ["", "kind", "shape", "count", "norm", "device"]
    lines = _columns(heads, rows, width, keep=any(map(odd, view.branches)))
    if len(devices) == 1:
        lines.append(f"All on {devices.pop()}.")
    if view.total > len(view.branches):
        lines.append(f"The first {len(view.branches):,} of {view.total:,} branches.")
    return lines


def name_of(branch: Branch) -> str:
    """Its name; the outermost may have none but that of its class."""
    return cells.clean(branch.name or branch.kind)


def _facts(branch: Branch) -> list[str]:
    """Kind, shape or value, count, and norm or what is wrong with it."""
    return [
        cells.clean(branch.kind) if branch.kind != "tensor" and branch.name else "",
        f"= {cells.clean(branch.value)}" if branch.value else shape(branch.shape, branch.dtype),
        f"{branch.count:,}" if branch.count else "",
        odd(branch) or (number(branch.norm) if branch.norm is not None else ""),
    ]


def odd(branch: Branch) -> str:
    """How many elements are NaN or infinite, in words."""
    words = [f"{branch.nan:,} NaN"] if branch.nan else []
    words += [f"{branch.inf:,} infinite"] if branch.inf else []
    return f"! {', '.join(words)}" if words else ""


def guides(branches: Sequence[Branch]) -> list[str]:
    """What stands before each name: `│  ├─ `, from the depths alone."""
    found: list[str] = []
    follows: list[bool] = []
    """By depth, whether a later branch hangs there before a shallower one comes."""
    for branch in reversed(branches):
        depth = max(branch.depth, 0)
        follows += [False] * (depth + 1 - len(follows))
        own = ("├─ " if follows[depth] else "└─ ") if depth else ""
        found.append("".join("│  " if follows[at] else "   " for at in range(1, depth)) + own)
        follows[depth] = True
        del follows[depth + 1 :]
    return found[::-1]


def _columns(heads: list[str], rows: list[list[str]], width: int, *, keep: bool) -> list[str]:
    """Aligned, without empty columns; the last but one is left out last, or, to ``keep``, never."""
    wanted = {
        at: max(cells.width(row[at]) for row in [heads, *rows])
        for at in range(len(heads))
        if any(row[at] for row in rows)
    }
    for at in (1, 5, 3) if keep else (1, 5, 3, 4):
        if sum(wanted.values()) + len(GAP) * (len(wanted) - 1) <= width:
            break
        wanted.pop(at, None)
    widths = dict(zip(wanted, fitted(list(wanted.values()), width), strict=False))
    lines: list[str] = []
    for row in [heads, *rows]:
        parts = [
            cells.right(row[at], wide) if at == 3 else cells.left(row[at], wide)
            for at, wide in widths.items()
        ]
        lines.append(GAP.join(parts).rstrip())
    return lines if lines[0] else lines[1:]


def tell(view: Tree) -> list[str]:
    """Return a line of words per branch, with its whole path."""
    if not view.branches:
        return ["The tree is empty."]
    path: list[str] = []
    lines: list[str] = []
    for branch in view.branches:
        del path[max(branch.depth, 0) :]
        path.append(name_of(branch))
        kind, size, _, norm = _facts(branch)
        many = count(branch.count, "element") if branch.count else ""
        facts = [kind, size.removeprefix("= "), many]
        facts.append(norm.removeprefix("! ") if odd(branch) else f"norm {norm}" if norm else "")
        said = ", ".join(fact for fact in facts if fact)
        lines.append(f"{'.'.join(path)}: {said}" if said else ".".join(path))
    if view.total > len(view.branches):
        lines.append(f"The first {len(view.branches):,} of {view.total:,} branches.")
    return lines
