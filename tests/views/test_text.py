"""Views as plain text: they fit, whatever is in them, and say what they cannot draw."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.views.strategies import views
from tutor.views import cells, text
from tutor.views.model import Span, Timeline, View


@settings(max_examples=300, deadline=None)
@given(
    view=views,
    width=st.integers(1, 130) | st.just(78),
    height=st.none() | st.integers(0, 30),
    drawn=st.booleans(),
)
def test_any_view_fits_and_nothing_in_it_reaches_the_terminal(
    view: View, width: int, height: int | None, drawn: bool
) -> None:
    for found in (
        text.lines(view, width, height=height, drawn=drawn),
        text.titled(view, width, height=height, drawn=drawn),
    ):
        assert height is None or len(found) <= height
        for line in found:
            assert cells.width(line) <= width
            assert not any(unicodedata.category(char) in {"Cc", "Cs", "Cf"} for char in line)
            line.encode()


@settings(max_examples=200, deadline=None)
@given(view=views, drawn=st.booleans())
@example(
    view=Timeline(
        name="t",
        caption="",
        spans=(Span(name="", start=0.0, seconds=5e-324, lane=0, phase="start"),),
        total=0,
    ),
    drawn=True,
)
def test_there_is_always_something_to_read(view: View, drawn: bool) -> None:
    found = text.titled(view, drawn=drawn)
    assert found or not (view.name.strip() and view.caption.strip())


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_cells_are_never_fewer_than_rich_counts(line: str) -> None:
    """What Textual would give it: to take it for narrower would break the row."""
    clean = cells.clean(line)
    assert cells.width(clean) >= cell_len(clean)


@pytest.mark.parametrize(
    ("line", "width"),
    [("", 0), ("abc", 3), ("日本", 4), ("e\u0301", 1), ("█├⣿", 3), ("\u200b", 0)],
)
def test_cells(line: str, width: int) -> None:
    assert cells.width(cells.clean(line)) == width


@given(st.text(max_size=30), st.integers(0, 12))
def test_padding_gives_exactly_the_cells_asked_for(line: str, wide: int) -> None:
    line = cells.clean(line)
    assert cells.width(cells.left(line, wide)) == wide
    assert cells.width(cells.right(line, wide)) == wide
    assert cells.width(cells.cut(line, wide)) <= wide


@given(st.text(max_size=60), st.integers(2, 20))
def test_wrapping_loses_no_word_and_fits(line: str, wide: int) -> None:
    found = cells.wrap(line, wide)
    assert all(cells.width(part) <= wide for part in found)
    assert "".join(found).replace(" ", "") == "".join(cells.clean(line).split())


def test_what_is_cut_for_height_is_counted() -> None:
    from tutor.views.model import Table

    rows = tuple((str(at),) for at in range(10))
    found = text.lines(Table(name="t", columns=("n",), rows=rows, total=10), height=5)
    assert found[-1] == "… 8 more lines"
    assert len(found) == 5
