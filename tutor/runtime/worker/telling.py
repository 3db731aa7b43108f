"""Words for what cannot be shown, and text that a terminal can be given."""

from __future__ import annotations

import re

from .frameworks.seen import UnreadableError


class NothingToShowError(UnreadableError):
    """The value cannot be shown so; the message is a sentence for the learner."""


_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def clean(text: str, most: int) -> str:
    """Return it without control characters, which a terminal would obey, and not too long."""
    text = _CONTROL.sub("", text)
    return text if len(text) <= most else text[: most - 1] + "…"
