"""Colours for Python code that is shown, not edited.

One regular expression instead of a lexer package: Pygments costs 19 ms to import, and shown
code is short, plain Python.
"""

from __future__ import annotations

import keyword
import re

from textual.content import Content, Span

_KEYWORDS = "|".join(sorted(keyword.kwlist, key=len, reverse=True))

_TOKEN = re.compile(
    rf"""
    (?P<comment>\#[^\n]*)
  | (?P<string>\b(?:[rbuf]|rb|br|fr|rf)?(?:\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)
      |\"(?:\\.|[^\"\\\n])*(?:\"|$)|'(?:\\.|[^'\\\n])*(?:'|$))
      |(?:\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)
      |\"(?:\\.|[^\"\\\n])*(?:\"|$)|'(?:\\.|[^'\\\n])*(?:'|$)))
  | (?P<blank>_{{4,}})
  | (?P<decorator>^[ \t]*@[\w.]+)
  | (?P<definition>(?<=\bdef\ )\w+|(?<=\bclass\ )\w+)
  | (?P<constant>\b(?:True|False|None)\b)
  | (?P<keyword>\b(?:{_KEYWORDS})\b)
  | (?P<number>\b(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d+)?j?)\b|\B\.\d+\b)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE | re.IGNORECASE,
)

STYLES = {
    "comment": "$text-muted italic",
    "string": "$text-success",
    "blank": "reverse bold",
    "decorator": "$text-primary",
    "definition": "bold $text-primary",
    "constant": "$text-warning",
    "keyword": "bold $text-accent",
    "number": "$text-warning",
}
"""Theme variables, so that every theme, the 16-colour ones too, has its own palette."""


def python(code: str) -> Content:
    """Return the code with colours; the text itself is unchanged."""
    spans: list[Span] = []
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup
        if kind is not None:
            spans.append(Span(match.start(), match.end(), STYLES[kind]))
    return Content(code, spans)
