"""A tree: a state_dict, a pytree, the layers of a model, with what each leaf holds in columns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.content import Content

from tutor.ui.views.cells import MARK, MUTED, ODD, fit, shares
from tutor.ui.views.sheet import Sheet
from tutor.views.cells import clean
from tutor.views.cells import width as width_of
from tutor.views.model import Branch, Tree
from tutor.views.numbers import count as count_of
from tutor.views.numbers import number, shape

COLUMNS = ("shape", "dtype", "elements", "norm", "device")
RIGHT = frozenset({"elements", "norm"})
GAP = "  "
WIDEST = {"name": 44, "shape": 28}
"""Cells of a column, at most."""


class TreeDrawing(Sheet):
    """Rows that fold; NaN and infinity are counted where a norm would be."""

    steady = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "fold", "Fold"),
        Binding("plus,equals_sign", "level(1)", "More", key_display="+"),
        Binding("minus", "level(-1)", "Less", key_display="-"),
    ]

    def prepare(self) -> None:
        """Find what is below what, and the totals."""
        self._tree = cast("Tree", self.view)
        branches = self._tree.branches
        self._ends = _ends(branches)
        self._folded: set[int] = set()
        self._level = max((branch.depth for branch in branches), default=0)
        leaves = [branch for branch in branches if branch.shape is not None]
        self._devices = sorted({leaf.device for leaf in leaves if leaf.device})
        self._strange = [index for index, branch in enumerate(branches) if branch.nan or branch.inf]
        self._total = self._totals(leaves)
        self._cells = [self._texts(index) for index in range(len(branches))]
        self._show()

    def _totals(self, leaves: Sequence[Branch]) -> Content:
        parts = ["No tensors in it"]
        if leaves:
            elements = sum(leaf.count for leaf in leaves)
            parts = [count_of(len(leaves), "tensor"), count_of(elements, "element")]
        parts.append(", ".join(clean(device) for device in self._devices))
        words = "  " + " · ".join(part for part in parts if part)
        if len(self._tree.branches) < self._tree.total:
            words += f" · the first {len(self._tree.branches):,} of {self._tree.total:,} rows"
        total = Content(words)
        if self._strange:
            total += Content(" · ") + Content.styled(f"! NaN or inf in {len(self._strange)}", ODD)
        return total

    def _texts(self, index: int) -> dict[str, str]:
        """What stands in a row's columns."""
        branch = self._tree.branches[index]
        norm = "" if branch.norm is None else number(branch.norm)
        if branch.nan or branch.inf:
            norm = f"! {_counted(branch)}"
        elif self._below(index):
            norm = "! below"
        return {
            "shape": shape(branch.shape) if branch.shape is not None else clean(branch.value),
            "dtype": clean(branch.dtype),
            "elements": f"{branch.count:,}" if branch.count or branch.shape is not None else "",
            "norm": norm,
            "device": clean(branch.device),
        }

    def _below(self, index: int) -> bool:
        """Whether anything below a row is NaN or infinite."""
        at = bisect_right(self._strange, index)
        return at < len(self._strange) and self._strange[at] < self._ends[index]

    def _show(self) -> None:
        """List the rows that no fold hides, and measure the columns."""
        self._shown = list(self._open_rows())
        wanted = {"name": max((width_of(self._title(i).plain) for i in self._shown), default=0)}
        for column in COLUMNS:
            texts = [self._cells[index][column] for index in self._shown]
            # One device for all is said in the totals.
            if any(texts) and (column != "device" or len(self._devices) > 1):
                wanted[column] = max(*map(width_of, texts), len(column))
        self._wanted = {
            column: min(cells, WIDEST.get(column, cells)) for column, cells in wanted.items()
        }
        self.pinned = 2 + self._wanted["name"] + len(GAP)

    def _open_rows(self) -> Iterator[int]:
        index = 0
        while index < len(self._ends):
            yield index
            index = self._ends[index] if index in self._folded else index + 1

    def count(self) -> int:
        """The rows that no fold hides."""
        return len(self._shown)

    def widest(self, width: int) -> int:
        """The columns, side by side."""
        return 2 + sum(self._wanted.values()) + len(GAP) * (len(self._wanted) - 1)

    def _widths(self, width: int) -> dict[str, int]:
        """What each column gets: the name gives way first, as its end is in the readout."""
        spare = width - self.widest(width)
        widths = dict(self._wanted)
        if spare < 0:
            widths["name"] = max(widths["name"] + spare, min(widths["name"], 24))
        spare = width - 2 - sum(widths.values()) - len(GAP) * (len(widths) - 1)
        if spare < 0 and self.compact:
            room = width - 2 - len(GAP) * (len(widths) - 1)
            widths = dict(zip(widths, shares(list(widths.values()), room), strict=True))
        return widths

    def head(self, width: int) -> Sequence[Content]:
        """The totals, and the names of the columns."""
        if not self._tree.branches:
            return [Content.styled("  Nothing in it.", MUTED)]
        shapes = any(branch.shape is not None for branch in self._tree.branches)
        titles = {"name": "", "shape": "shape" if shapes else "value"}
        widths = self._widths(width)
        if len(widths) == 1:
            return [self._total]
        texts = [
            fit(titles.get(column, column), cells, at_right=column in RIGHT)
            for column, cells in widths.items()
        ]
        return [self._total, Content.styled("  " + GAP.join(texts), MUTED)]

    def _title(self, index: int) -> Content:
        branch = self._tree.branches[index]
        fold = "  "
        if self._ends[index] > index + 1:
            fold = "▸ " if index in self._folded else "▾ "
        kind = "" if branch.kind == "tensor" else clean(branch.kind)
        return Content.assemble(
            "  " * branch.depth,
            (fold, MARK),
            clean(branch.name),
            (f" {kind}" if kind and kind != branch.name else "", MUTED),
        )

    def row(self, index: int, width: int) -> Content:
        """A row: the name under its parent's, and the columns."""
        place = self._shown[index]
        widths = self._widths(width)
        room = widths.pop("name")
        name = self._title(place)
        if name.cell_length > room:
            name = name.truncate(room, ellipsis=True)
        line = Content("  ") + name.pad_right(room - name.cell_length)
        for column, cells in widths.items():
            text = fit(self._cells[place][column], cells, at_right=column in RIGHT)
            line += Content(GAP) + Content.styled(text, ODD if text.lstrip()[:1] == "!" else "")
        return line

    def brief(self, width: int, height: int) -> Sequence[Content]:
        """As much as there is room for: what leads to NaN first, then the outermost."""
        self._fold_from(0)
        self._open_within(height - 3)
        self._show()
        head = list(self.head(width))
        room = height - len(head)
        room -= self._tree.total > min(self.count(), room)
        rows = [self.row(index, width) for index in range(min(self.count(), room))]
        hidden = self._tree.total - len(rows)
        return [*head, *rows, *([self.more(hidden, "rows")] if hidden else [])]

    def _open_within(self, room: int) -> None:
        """Unfold while the rows fit."""
        branches = self._tree.branches
        left = room - sum(branch.depth == 0 for branch in branches)
        waiting = [index for index in sorted(self._folded) if branches[index].depth == 0]
        while waiting and left > 0:
            index = min(waiting, key=lambda at: (not self._below(at), branches[at].depth, at))
            waiting.remove(index)
            depth = branches[index].depth + 1
            inside = range(index + 1, self._ends[index])
            children = [place for place in inside if branches[place].depth == depth]
            if len(children) <= left:
                left -= len(children)
                self._folded.discard(index)
                waiting += [place for place in children if place in self._folded]

    def words(self, index: int) -> str:
        """Everything in the row, and where it is."""
        place = self._shown[index]
        cells = " ".join(self._cells[place].values())
        return f"{self._path(place)} {self._title(place).plain} {cells}"

    def says(self) -> str:
        """The whole path, and what the columns have no room for."""
        if not self._shown:
            return ""
        place = self._shown[self.cursor]
        branch = self._tree.branches[place]
        what = shape(branch.shape, clean(branch.dtype)) or clean(branch.value)
        facts = [self._path(place), clean(branch.kind), what, clean(branch.device)]
        if branch.count:
            facts.append(count_of(branch.count, "element"))
        if branch.norm is not None:
            facts.append(f"norm {branch.norm:.6g}")
        if branch.nan or branch.inf:
            facts.append(f"! {_counted(branch)}")
        elif self._below(place):
            facts.append("! NaN or inf below")
        return " · ".join(fact for fact in facts if fact)

    def _path(self, index: int) -> str:
        """The names from the outermost to this one."""
        branches = self._tree.branches
        parts: list[str] = []
        depth = branches[index].depth + 1
        for place in range(index, -1, -1):
            if branches[place].depth < depth:
                depth = branches[place].depth
                parts.append(clean(branches[place].name))
            if not depth:
                break
        path = ".".join(part for part in reversed(parts) if part)
        return path.replace(".[", "[")

    def action_fold(self) -> None:
        """Hide or show what is below the row."""
        if not self._shown:
            return
        place = self._shown[self.cursor]
        if self._ends[place] == place + 1:
            return
        self._folded ^= {place}
        self._folds_changed(place)

    def action_level(self, by: int) -> None:
        """Show one more level of all, or one less."""
        if self._shown:
            place = self._shown[self.cursor]
            deepest = max(branch.depth for branch in self._tree.branches)
            self._fold_from(min(max(self._level + by, 0), deepest))
            self._folds_changed(place)

    def _fold_from(self, level: int) -> None:
        self._level = level
        self._folded = {
            index
            for index, branch in enumerate(self._tree.branches)
            if branch.depth >= level and self._ends[index] > index + 1
        }
        self._show()

    def _folds_changed(self, place: int) -> None:
        """Keep the cursor on its row, or on what now hides it."""
        self._show()
        self.search.forget_rows()
        self._measure()
        above = [row for row, shown in enumerate(self._shown) if shown <= place]
        self.select(above[-1] if above else 0)


def _counted(branch: Branch) -> str:
    """How many are NaN and infinite, in words."""
    parts = [(branch.nan, "NaN"), (branch.inf, "inf")]
    return ", ".join(f"{many:,} {what}" for many, what in parts if many)


def _ends(branches: Sequence[Branch]) -> list[int]:
    """For each row, the index after the last one below it."""
    ends = [len(branches)] * len(branches)
    above: list[int] = []
    for index, branch in enumerate(branches):
        while above and branches[above[-1]].depth >= branch.depth:
            ends[above.pop()] = index
        above.append(index)
    return ends
