"""What a YAML parser says, in words that an author can use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.errors import Finding

if TYPE_CHECKING:
    import yaml

_PLAIN_WORDS: dict[str, str] = {
    "mapping values are not allowed": "a `:` followed by a space cannot stand inside this value; "
    "put the value in quotes, or write it as a block after `|`",
    "expected ',' or ']'": "expected `,` or `]`: the list opened with `[` is not closed",
    "expected ',' or '}'": "expected `,` or `}`: the map opened with `{` is not closed",
    "could not find expected ':'": "expected `key: value`, but there is no `:` after the key",
    "did not find expected key": "this line does not fit the map above it: it is indented "
    "differently from the map's other keys, or a quote or a bracket before it is not closed",
    "did not find expected '-' indicator": "this line does not fit the list above it: expected "
    "`- ` at the same indentation as the list's other entries",
    "unknown escape character": "an unknown `\\` escape in double quotes; use single quotes, or "
    "write the backslash twice",
    "expected alphabetic or numeric": "`*` and `&` begin YAML aliases; put this text in quotes",
    "comment or line break": "only a comment or a new line may follow `|` or `>`",
    "<document start>": "expected one map of keys; this line is outside it",
    "tag": "`!` begins a YAML tag, which lessons do not use; put this text in quotes",
    "node content": "expected a value here",
    "block sequence entries": "a list cannot begin here; put its `- ` on a new line",
    "block collections": "a map or a list cannot begin here; put it on a new line",
    "directive": "`%` begins a YAML directive, which lessons do not use; put this text in quotes",
}
"""Part of what libyaml says → what to do about it. The first that matches counts."""


def syntax_finding(name: str, text: str, error: yaml.MarkedYAMLError) -> Finding:
    """Return the finding for a parser's error in `text`, which findings call `name`."""
    problem = str(error.problem or error.context or "it cannot be read")
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Finding(name, 0, 0, f"this is not YAML: {problem}")
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    here = line[mark.column : mark.column + 1]
    if here == "\t" or (line[: mark.column] or line).lstrip(" ").startswith("\t"):
        words = "a tab; YAML is indented with spaces"
    elif "mapping values" in problem and ": " not in line[: mark.column]:
        words = (
            "this line reads as part of the value above it; to make it a key of its own, indent it "
            "like the other keys"
        )
    elif "cannot start any token" in problem:
        words = f"a text cannot begin with {here} in YAML; put it in quotes"
    else:
        known = (words for part, words in _PLAIN_WORDS.items() if part in problem)
        words = next(known, f"this is not YAML: {problem}")
    began = error.context_mark
    if began is not None and "unexpected end of stream" in problem:
        return Finding(name, began.line + 1, began.column + 1, "this quote is never closed")
    if began is not None and began.line != mark.line:
        words += f" (it began at line {began.line + 1}, column {began.column + 1})"
    return Finding(name, mark.line + 1, mark.column + 1, words)
