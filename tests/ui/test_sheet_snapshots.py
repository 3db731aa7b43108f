"""What the drawings with rows look like, over the whole screen and compact."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ui.view_app import ViewApp
from tests.ui.view_samples import VIEWS

KEYS = {"graph": ("down",) * 3, "tensor": ("down", "right"), "timeline": ("down",) * 5}
"""Pressed before the picture is taken."""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("compact", [False, True], ids=["full", "compact"])
@pytest.mark.parametrize("kind", VIEWS)
def test_sheet(
    kind: str, compact: bool, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    app = ViewApp(VIEWS[kind](), compact=compact)
    press = () if compact else KEYS.get(kind, ())
    assert snap_compare(app, terminal_size=size, press=press)


@pytest.mark.parametrize("theme", ["ansi-dark", "textual-light"])
@pytest.mark.parametrize("kind", VIEWS)
def test_sheet_in_other_colours(kind: str, theme: str, snap_compare: Callable[..., bool]) -> None:
    app = ViewApp(VIEWS[kind](), theme=theme)
    assert snap_compare(app, terminal_size=(80, 24), press=KEYS.get(kind, ()))
