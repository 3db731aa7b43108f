"""Proves the views of a step: each is made from the author's own program, and shows something."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from tutor.authoring.proofs import Proof
from tutor.runtime.outcome import no_view
from tutor.views.model import (
    Array,
    Bars,
    CodeText,
    Curve,
    Graph,
    Image,
    NoView,
    Table,
    Timeline,
    Tree,
    View,
    doubles,
)

MEANT = re.compile(
    r"\b(nan|inf|infinite|infinity|overflow\w*|underflow\w*|not finite)\b", re.IGNORECASE
)
"""What a caption says where NaN or infinity is what there is to see."""


def prove_views(proof: Proof) -> None:
    """Each view that the step shows of its own program is there, holds something, is finite."""
    if proof.viewed == "not-started":
        return  # what is wrong with the program is said by the proof of the step
    subject, wanted = proof.subject, iter(proof.wanted)
    for place, show in enumerate(subject.step.show):
        if isinstance(show.of, dict) and subject.framework not in show.of:
            continue
        name = next(wanted)
        fault = fault_of(proof.views.get(name) or NoView(name=name, why=no_view(proof.viewed)))
        if fault:
            remark = subject.remark("view", f"the view `{name}`: {fault}", "show", place)
            proof.remarks.append(remark)


def fault_of(view: View) -> str:
    """What is wrong with a view of the author's own program: a clause; empty when nothing is."""
    if isinstance(view, NoView):
        return view.why
    what, empty = _content(view)
    if empty:
        return f"it holds no {what}; look at what `of` gives."
    if MEANT.search(view.caption):
        return ""
    odd = _odd(view)
    if odd:
        return f"{odd}; if that is what there is to see, say so in its caption."
    return ""


def _content(view: View) -> tuple[str, bool]:
    """What the view consists of, and whether there is none of it."""
    match view:
        case Curve():
            return "points", not any(series.y for series in view.series)
        case Bars():
            return "bars", not view.bars
        case Image():
            return "pixels", not any(tile.data for tile in view.tiles)
        case Graph():
            return "nodes", not view.nodes
        case CodeText():
            return "text", not any(pane.text.strip() for pane in view.panes)
        case Tree():
            return "branches", not view.branches
        case Table():
            return "rows", not view.rows
        case Array():
            return "values", not view.values
        case Timeline():
            return "spans", not view.spans
        case NoView():
            return "view", True


def _odd(view: View) -> str:
    """How many of the view's numbers are not finite: a clause; empty when all are."""
    match view:
        case Curve():
            bad = sum(_not_finite(doubles(series.y)) for series in view.series)
            return f"{bad} of its points are NaN or infinite" if bad else ""
        case Bars():
            labels = [f"`{bar.label}`" for bar in view.bars if bar.value is None]
            return f"the length of {', '.join(labels)} is NaN or infinite" if labels else ""
        case Image():
            return f"{view.odd} of its values are NaN or infinite" if view.odd else ""
        case Tree():
            bad = sum(branch.nan + branch.inf for branch in view.branches)
            return f"{bad} of its values are NaN or infinite" if bad else ""
        case Array(statistics=statistics):
            bad = statistics.nan + statistics.inf if statistics else 0
            return f"{bad} of its values are NaN or infinite" if bad else ""
        case _:
            return ""


def _not_finite(numbers: Iterable[float]) -> int:
    return sum(not math.isfinite(number) for number in numbers)
