"""Views on their way from a worker: they come before the outcome, and can spoil none."""

from __future__ import annotations

import pytest

from tests.runtime.hosts import Ran, run, session_loop
from tutor.runtime.host import Host
from tutor.runtime.job import Shown, Wanted
from tutor.views.model import Bar, Bars, NoView

pytestmark = session_loop


def wanted(of: str, view: str = "bars", name: str = "times") -> Wanted:
    return Wanted(view=view, of=of, name=name, caption="What it took")


async def show(host: Host, source: str, *views: Wanted) -> Ran:
    return await run(host, source, "1 + 1", views=views)


def views_of(ran: Ran) -> list[object]:
    return [event.view for event in ran.events if isinstance(event, Shown)]


async def test_bars_of_numbers_and_of_measurements(numpy: Host) -> None:
    ran = await show(numpy, "t = {'a': 2, 'b': [1.0, 3.0, 2.0], 'c': float('nan')}", wanted("t"))
    bars = (
        Bar(label="a", value=2.0),
        Bar(label="b", value=2.0, low=1.5, high=2.5),
        Bar(label="c", value=None),
    )
    assert views_of(ran) == [Bars(name="times", caption="What it took", bars=bars)]
    assert ran.outcome.how == ran.outcome.views == "finished"
    assert ran.first == (2,)


async def test_a_view_that_raises_is_a_sentence_in_its_place(numpy: Host) -> None:
    ran = await show(numpy, "t = 3", wanted("1 / 0"), wanted("t", name="other"))
    first, second = views_of(ran)
    assert first == NoView(
        name="times",
        caption="What it took",
        why="This view could not be made: ZeroDivisionError: division by zero.",
    )
    assert isinstance(second, NoView)
    assert "dict of label to number" in second.why
    assert ran.outcome.how == "finished"


async def test_a_view_that_raises_what_a_check_raised_does_not_repeat_it(numpy: Host) -> None:
    source = "def f(n): raise ValueError(f'no {n}')"
    views = (wanted("f(1)", name="same"), wanted("f(2)", name="other"))
    ran = await run(numpy, source, "1 + 1", "f(1)", views=views)
    same, other = views_of(ran)
    assert isinstance(same, NoView)
    assert same.why == "This view could not be made: the same error as in the checks."
    assert isinstance(other, NoView)
    assert other.why == "This view could not be made: ValueError: no 2."


@pytest.mark.parametrize(
    ("of", "how"),
    [("__import__('os')._exit(3)", "exited"), ("__import__('os').abort()", "crashed")],
)
async def test_a_worker_that_dies_over_a_view_has_reported(numpy: Host, of: str, how: str) -> None:
    ran = await show(numpy, "t = 3", wanted(of))
    assert (ran.outcome.how, ran.outcome.views) == ("finished", how)
    assert ran.first == (2,)
    assert views_of(ran) == []


async def test_code_that_raises_has_no_views(numpy: Host) -> None:
    ran = await show(numpy, "1 / 0", wanted("{'a': 1}"))
    assert ran.outcome.how == "raised"
    assert views_of(ran) == []
