"""A tree with guides, and what is known of each branch in aligned columns."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.views import cells
from tutor.views.model import Branch, Tree
from tutor.views.numbers import number, shape
from tutor.views.text.table import GAP

NAME = 40
"""Cells of the widest name with its guides."""


def draw(view: Tree, width: int) -> list[str]:
    """Return a line per branch."""
    if not view.branches:
        return ["The tree is empty."]
    names = [
        guide + cells.clean(branch.name)
        for guide, branch in zip(guides(view.branches), view.branches, strict=True)
    ]
    devices = {branch.device for branch in view.branches if branch.device}
    heads = ["", "kind", "shape", "count", "norm", *(["device"] if len(devices) > 1 else []), ""]
    rows = [
        [name, *_facts(branch), *([branch.device] if len(devices) > 1 else []), notes(branch)]
        for name, branch in zip(names, view.branches, strict=True)
    ]
    lines = _columns(heads, rows, width)
    if len(devices) == 1:
        lines.append(f"All on {devices.pop()}.")
    if view.total > len(view.branches):
        lines.append(f"The first {len(view.branches):,} of {view.total:,} branches.")
    return lines


def _facts(branch: Branch) -> list[str]:
    kind = "" if branch.kind == "tensor" else branch.kind
    return [
        cells.clean(kind),
        shape(branch.shape, branch.dtype),
        f"{branch.count:,}" if branch.count else "",
        number(branch.norm) if branch.norm is not None else "",
    ]


def notes(branch: Branch) -> str:
    """What is wrong with it, in words, or its value when it is no tensor."""
    words = []
    if branch.nan:
        words.append(f"! {branch.nan:,} NaN")
    if branch.inf:
        words.append(f"! {branch.inf:,} Inf")
    if branch.value:
        words.append(f"= {cells.clean(branch.value)}")
    return ", ".join(words)


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


def _columns(heads: list[str], rows: list[list[str]], width: int) -> list[str]:
    """Aligned, without empty columns; the names and the notes give way last."""
    kept = [at for at in range(len(heads)) if any(row[at] for row in rows)]
    wanted = {at: max(cells.width(row[at]) for row in [heads, *rows]) for at in kept}
    if 0 in wanted:
        wanted[0] = min(wanted[0], NAME)
    last = len(heads) - 1
    order = [at for at in (1, 3, 4, 5, 2) if at in kept and at != last]
    while order and sum(wanted.values()) + len(GAP) * (len(wanted) - 1) > width:
        if last in wanted and wanted[last] > 20:
            wanted[last] = max(
                20, width - sum(wanted.values()) - len(GAP) * len(wanted) + wanted[last]
            )
            if sum(wanted.values()) + len(GAP) * (len(wanted) - 1) <= width:
                break
        del wanted[order.pop(0)]
    lines = []
    for row in [heads, *rows]:
        parts = [
            cells.right(row[at], wide) if at in (3, 4) else cells.left(row[at], wide)
            for at, wide in wanted.items()
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
        path.append(cells.clean(branch.name))
        kind, size, many, norm = _facts(branch)
        facts = [kind, size, f"{many} elements" if many else "", f"norm {norm}" if norm else ""]
        facts.append(notes(branch).removeprefix("! "))
        said = ", ".join(fact for fact in facts if fact)
        lines.append(f"{'.'.join(path)}: {said}" if said else ".".join(path))
    return lines
