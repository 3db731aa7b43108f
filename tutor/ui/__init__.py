"""The terminal UI. Import :mod:`tutor.ui.app`, and call ``run``.

Textual reads these variables once, when it is first imported, so they are set here, before any
module of the package imports it. A learner who sets them keeps what they set.
"""

from __future__ import annotations

import os

# Over SSH every frame of an animation is bytes; one smooth scroll costs as much as ten jumps.
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
# 30 frames a second: a held key repaints half as often as at 60, and a keystroke waits 33 ms.
os.environ.setdefault("TEXTUAL_FPS", "30")
