"""Text colours that can be read on the background, whatever the theme.

The accent, warning and success colours of `textual-light` have 3.3 to 3.8 to one on its
background; the least that WCAG 2.2 (1.4.3) calls readable is 4.5 to one.
"""

from __future__ import annotations

from textual.color import Color

ENOUGH = 4.5
NAMES = (
    "text-primary",
    "text-secondary",
    "text-accent",
    "text-success",
    "text-warning",
    "text-error",
)
KEY, FOOTER = "footer-key-foreground", "footer-background"
"""The keys in the last line, and what they stand on."""


def readable(variables: dict[str, str]) -> dict[str, str]:
    """Return the theme's variables, the text colours darkened or lightened where they need it."""
    background = Color.parse(variables["background"])
    if background.ansi is not None:
        return variables  # the terminal's own sixteen: it has chosen them
    changed = dict(variables)
    for name in NAMES:
        changed[name] = _until_enough(Color.parse(variables[name]), background).css
    footer = Color.parse(variables[FOOTER])
    changed[KEY] = _until_enough(Color.parse(variables[KEY]), footer).css
    return changed


def _until_enough(color: Color, background: Color) -> Color:
    black_text = _luminance(background) > 0.18
    for step in range(1, 20):
        if _contrast(color, background) >= ENOUGH:
            break
        color = color.darken(0.02 * step) if black_text else color.lighten(0.02 * step)
    return color


def _contrast(one: Color, other: Color) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: Color) -> float:
    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)
