"""Every theme's text colours can be read."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from tutor.ui.contrast import ENOUGH, FOOTER, KEY, NAMES, _contrast, readable


@pytest.mark.parametrize("name", [name for name, theme in BUILTIN_THEMES.items() if not theme.ansi])
def test_text_is_readable(name: str) -> None:
    theme = BUILTIN_THEMES[name]
    before = theme.to_color_system().generate()
    after = readable(before)
    background = Color.parse(after["background"])
    for variable in NAMES:
        assert _contrast(Color.parse(after[variable]), background) >= ENOUGH, variable
        if _contrast(Color.parse(before[variable]), background) >= ENOUGH:
            assert Color.parse(after[variable]) == Color.parse(before[variable])
    assert _contrast(Color.parse(after[KEY]), Color.parse(after[FOOTER])) >= ENOUGH


def test_the_light_theme_needed_it() -> None:
    before = BUILTIN_THEMES["textual-light"].to_color_system().generate()
    assert readable(before)["text-accent"] != before["text-accent"]


def test_ansi_themes_are_left_alone() -> None:
    before = BUILTIN_THEMES["ansi-dark"].to_color_system().generate()
    assert readable(before) == before
