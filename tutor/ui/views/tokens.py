"""What is what in a line of program text: Python, jaxpr, MLIR, HLO, C++, Triton, ONNX.

A line at a time, when it comes into view: 2,000 lines of HLO at once take 90 ms. A regular
expression for each instead of Pygments, which costs 19 ms to import (see ``tutor.ui.highlight``).
"""

from __future__ import annotations

import keyword
import re
from bisect import bisect_right
from collections.abc import Sequence

from textual.content import Content, Span

from tutor.ui.highlight import STYLES
from tutor.views.cells import clean
from tutor.views.model import Language

_PYTHON_WORDS = "|".join(sorted(keyword.kwlist, key=len, reverse=True))
_CPP_WORDS = (
    "alignas|auto|bool|break|case|catch|char|class|const|constexpr|continue|default|delete|do|"
    "double|else|enum|explicit|extern|float|for|if|inline|int|int32_t|int64_t|uint32_t|uint64_t|"
    "long|namespace|new|operator|private|public|return|short|signed|sizeof|static|static_cast|"
    "reinterpret_cast|struct|switch|template|this|throw|try|typedef|typename|unsigned|using|"
    "void|volatile|while"
)
_NUMBER = (
    r"(?P<number>(?<![\w.%$@])-?(?:0[xX][\da-fA-F]+|\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?)(?![\w]))"
)
_STRING = r"(?P<string>\"(?:\\.|[^\"\\])*(?:\"|$)|'(?:\\.|[^'\\])*(?:'|$))"
_TYPE = (
    r"(?P<constant>\b(?:(?:tensor|memref|vector|tuple)(?=<)|(?:float|int|uint|complex|bfloat)\d+"
    r"(?=[\[\s,)\]:]|$)|(?:f|bf|i|u|s|si|ui|c|pred|f8e\w*)(?:\d+)?(?=\[)"
    r"|(?:f|bf|i|ui|si)(?:1|8|16|32|64)\b|\d+x[\dx?]*(?:f|bf|i|ui|si)\d+|index\b|token\b))"
)

_PYTHON = rf"""
    (?P<comment>\#.*)
  | (?P<string>\b[rbufRBUF]{{1,2}}(?=["'])(?:"(?:\\.|[^"\\])*(?:"|$)|'(?:\\.|[^'\\])*(?:'|$))
      |"(?:\\.|[^"\\])*(?:"|$)|'(?:\\.|[^'\\])*(?:'|$))
  | (?P<decorator>^\s*@[\w.]+)
  | (?P<definition>(?<=\bdef\ )\w+|(?<=\bclass\ )\w+)
  | (?P<constant>\b(?:True|False|None)\b)
  | (?P<keyword>\b(?:{_PYTHON_WORDS})\b)
  | {_NUMBER}
"""
_CPP = rf"""
    (?P<comment>//.*)
  | {_STRING}
  | (?P<decorator>^\s*\#\s*\w+)
  | (?P<keyword>\b(?:{_CPP_WORDS})\b)
  | (?P<constant>\b(?:true|false|nullptr|NULL)\b)
  | {_NUMBER}
"""
_JAXPR = rf"""
    (?P<comment>\#.*)
  | {_STRING}
  | (?P<keyword>\b(?:lambda|let|in)\b)
  | (?P<definition>(?<==\ )[a-z][\w-]*(?=[\[\s]|$))
  | {_TYPE}
  | {_NUMBER}
"""
_MLIR = rf"""
    (?P<comment>//.*|/\*.*?(?:\*/|$))
  | {_STRING}
  | (?P<decorator>[%@^]\"?[\w.$-]+\"?(?::\d+)?|\#[\w.]+)
  | (?P<keyword>\b(?:HloModule|ENTRY|ROOT|module|func\.func|func|return|public|private|dense)\b)
  | {_TYPE}
  | (?P<definition>\b(?:stablehlo|mhlo|chlo|arith|math|linalg|func|scf|tf|tt|ttg)\.[\w.]+
      |(?<=\ )[a-z][a-z0-9_-]*(?=\())
  | {_NUMBER}
"""
_ONNX = rf"""
    (?P<comment>\#.*|//.*)
  | {_STRING}
  | (?P<decorator>%[\w.:/-]+)
  | (?P<keyword>\b(?:graph|return|initializers|opset_import|ir_version)\b)
  | (?P<definition>(?<==\ )[A-Z]\w*|\b[A-Z]\w*(?=\())
  | {_TYPE}
  | {_NUMBER}
"""
_SOURCES: dict[Language, str] = {
    "python": _PYTHON,
    "triton": _PYTHON,
    "cpp": _CPP,
    "jaxpr": _JAXPR,
    "mlir": _MLIR,
    "hlo": _MLIR,
    "onnx": _ONNX,
}
_KNOWN: dict[Language, re.Pattern[str]] = {}

_LONG = {
    "python": re.compile(
        r"(?P<string>\"\"\"[\s\S]*?(?:\"\"\"|\Z)|'''[\s\S]*?(?:'''|\Z))|#[^\n]*"
        r"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    ),
    "cpp": re.compile(
        r"(?P<comment>/\*[\s\S]*?(?:\*/|\Z))|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    ),
}
"""What may go over several lines; the rest is there so that none begins in a string or comment."""

_LONGEST = 2_000
"""Characters of a line that are looked at: XLA writes a whole constant into one."""


class Lines:
    """The lines of a text, coloured when they are asked for."""

    def __init__(self, text: str, language: Language) -> None:
        self.lines = [clean(line.expandtabs(4)) for line in text.splitlines()]
        """Without control characters."""
        self._language: Language = language
        self._long = _long_spans(text, self.lines, language)
        self._made: dict[int, Content] = {}

    def __len__(self) -> int:
        return len(self.lines)

    def line(self, index: int) -> Content:
        """One line, with its colours."""
        made = self._made.get(index)
        if made is None:
            made = self._made[index] = self._coloured(index)
        return made

    def _coloured(self, index: int) -> Content:
        line = self.lines[index]
        long = self._long.get(index, ())
        spans = [Span(start, min(end, len(line)), STYLES[kind]) for start, end, kind in long]
        pattern = _pattern(self._language)
        if pattern is not None:
            for match in pattern.finditer(line[:_LONGEST]):
                kind = match.lastgroup
                inside = any(start <= match.start() < end for start, end, _ in long)
                if kind is not None and not inside:
                    spans.append(Span(match.start(), match.end(), STYLES[kind]))
        return Content(line, spans)


def _pattern(language: Language) -> re.Pattern[str] | None:
    """The expression for a language, compiled when it is first needed."""
    source = _SOURCES.get(language)
    if source is not None and language not in _KNOWN:
        _KNOWN[language] = re.compile(source, re.VERBOSE)
    return _KNOWN.get(language)


def _long_spans(
    text: str, lines: Sequence[str], language: Language
) -> dict[int, tuple[tuple[int, int, str], ...]]:
    """For each line, what of it belongs to a string or comment over several: (start, end, kind)."""
    pattern = _LONG.get("python" if language == "triton" else language)
    if pattern is None:
        return {}
    text = text.expandtabs(4)
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: dict[int, tuple[tuple[int, int, str], ...]] = {}
    for match in pattern.finditer(text):
        kind = match.lastgroup
        if kind is None:
            continue
        first = bisect_right(starts, match.start()) - 1
        last = bisect_right(starts, match.end() - 1) - 1
        for index in range(first, min(last + 1, len(lines))):
            begin = max(match.start() - starts[index], 0)
            end = min(match.end() - starts[index], len(lines[index]))
            found[index] = (*found.get(index, ()), (begin, end, kind))
    return found
