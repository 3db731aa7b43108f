"""Links in a course folder that lead out of it: what they lead to is not the author's to give."""

from __future__ import annotations

import os
from pathlib import Path

from tutor.errors import Finding


def link_out(path: Path, root: Path) -> Finding | None:
    """The fault of a path in a course that really lies outside; `root` is the real course folder.

    None for a path that is not there, or lies where it seems to.
    """
    target = Path(os.path.realpath(path))
    if target.is_relative_to(root):
        return None
    return Finding(
        str(path), 0, 0, f"this link leads out of the course, to {target}; put a copy here"
    )
