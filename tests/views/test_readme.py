"""The README names every field of the JSON form."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec

from tutor.views.model import (
    Bar,
    Branch,
    Break,
    Edge,
    Node,
    NoView,
    Pane,
    Series,
    Span,
    Tile,
    View,
)

README = Path(__file__).resolve().parents[2] / "README.md"
PARTS: dict[str, tuple[type[msgspec.Struct], ...]] = {
    "curve": (Series,),
    "bars": (Bar,),
    "image": (Tile,),
    "graph": (Node, Edge, Break),
    "code": (Pane,),
    "tree": (Branch,),
    "timeline": (Span,),
}
"""What each kind is made of."""


def test_the_readme_names_every_field_and_no_other() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", README.read_text(), re.MULTILINE))
    for kind in get_args(View):
        tag = kind.__struct_config__.tag
        made_of = (kind, *PARTS.get(tag, ()))
        fields = {field for part in made_of for field in part.__struct_fields__}
        fields -= {"name", "caption"} if not PARTS.get(tag) else {"caption"}
        if tag == "image":
            fields = fields - {"data"} | {"values"}
        named = set(re.findall(r"`(\w+)`", rows[tag]))
        assert named | {"name"} == fields | {"name"}, tag
    assert NoView in get_args(View)
