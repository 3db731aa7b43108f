"""Program text: one pane, or several side by side such as before and after."""

from __future__ import annotations

import ast
import inspect
import re
from typing import Any

from .base import NothingToShowError, Sight, Wire, clean

MAX_LINES = 2000
"""Of a pane; the view says how many there were."""
MAX_WIDTH = 1000
"""Characters of a line: a constant in HLO may have a million."""
MAX_PANES = 6

_TABLES = re.compile(
    r"(?<=\n)(FileNames|FunctionNames|FileLocations|StackFrames)\n(\d+ [^\n]*\n)+\n*"
)
"""Where HLO says which Python line each number stands for: half a screen before the program."""


def make(value: Any, _sight: Sight, **_: Any) -> Wire:
    """Return the wire form of a text, or of a dict of title to text."""
    if isinstance(value, dict):
        if not value:
            raise NothingToShowError("There is no text to show: the dict is empty.")
        panes = [_pane(str(title), text) for title, text in [*value.items()][:MAX_PANES]]
    else:
        panes = [_pane("", value)]
    if not any(pane["text"].strip() for pane in panes):
        raise NothingToShowError("There is no text to show: it is empty.")
    return {"view": "code", "panes": panes}


def _pane(title: str, value: Any) -> Wire:
    text = _TABLES.sub("", _text(value)).rstrip()
    lines = text.splitlines()
    shown = "\n".join(clean(line, MAX_WIDTH) for line in lines[:MAX_LINES])
    language = "onnx" if _is_onnx(value) else guess(text)
    return {"title": clean(title, 60), "text": shown, "language": language, "lines": len(lines)}


def _text(value: Any) -> str:
    """Return a text, or the text of an object that has one."""
    if isinstance(value, str):
        return value
    if _is_onnx(value):
        return _onnx_text(value)
    for name in ("as_text", "print_readable", "code"):  # lowered or compiled; FX; older FX
        method = getattr(value, name, None)
        if name == "print_readable" and callable(method):
            return str(method(print_output=False))
        text = method() if callable(method) else method
        if isinstance(text, str):
            return text
    if hasattr(getattr(value, "jaxpr", value), "eqns"):
        return str(value)
    if inspect.isroutine(value) or inspect.isclass(value):
        try:
            return inspect.getsource(value)
        except (OSError, TypeError):
            raise NothingToShowError(
                f"`{getattr(value, '__name__', value)}` has no Python source to show."
            ) from None
    raise NothingToShowError(
        f"Program text is a str, or a dict of title to str, and this is {type(value).__name__}."
    )


def guess(text: str) -> str:
    """Return the language of a program, by what only it has."""
    head = text.lstrip()[:4000]
    if re.match(r"(let \w+ = )?\{ ?lambda\b", head):
        return "jaxpr"
    if head.startswith("HloModule"):
        return "hlo"
    if re.match(r"(module\b|#loc|func\.func\b)", head) or "stablehlo." in head:
        return "mlir"
    if "@triton" in head or "tl.load(" in text:
        return "triton"
    if re.search(r'^\s*(#include\b|#pragma\b|extern "C")', head, re.MULTILINE):
        return "cpp"
    return "python" if _is_python(text) else "text"


def _is_python(text: str) -> bool:
    statement = r"^\s*(def \w+\(|class \w+|import \w+|from \w[\w.]* import |@\w+|\w+ = |return\b)"
    if not re.search(statement, text, re.MULTILINE):
        return False
    if len(text) > 1 << 16:
        return True  # to parse it would take longer than it is worth
    try:
        ast.parse(inspect.cleandoc(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # a cut text, or one that only looks like Python
        return bool(re.search(r"^\s*(def \w+\(.*\).*:|import \w+)", text, re.MULTILINE))
    return True


ONNX_KEYS = {"op", "inputs", "outputs", "shape"}
"""What each row has that ``onnx_nodes`` gives."""


def _is_onnx(value: Any) -> bool:
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(row, dict) and row.keys() >= ONNX_KEYS for row in value)


def _onnx_text(rows: list[Any]) -> str:
    lines = []
    for row in rows:
        left = f"{row['outputs']} = " if row["outputs"] else ""
        right = f"  # {row['shape']}" if row["shape"] else ""
        lines.append(f"{left}{row['op']}({row['inputs']}){right}")
    return "\n".join(lines)
