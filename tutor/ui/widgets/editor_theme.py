"""How Python looks in the editor: the highlight query, and one theme for dark and one for light.

Only tree-sitter and tree-sitter-python are needed, and neither is required: without them the editor
shows plain text.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from rich.style import Style
from textual.widgets.text_area import TextAreaTheme

DARK = "fwtutor-dark"
"""Name of the theme for dark app themes."""

LIGHT = "fwtutor-light"
"""Name of the theme for light app themes."""

QUERY = """
(comment) @comment
[(string_start) (string_content) (string_end)] @string
(escape_sequence) @string.escape
[(integer) (float)] @number
[(true) (false) (none)] @constant
(call function: (identifier) @call)
(call function: (attribute attribute: (identifier) @call))
(keyword_argument name: (identifier) @parameter)
(decorator (identifier) @definition)
(function_definition name: (identifier) @definition)
(class_definition name: (identifier) @definition)
[
  "and" "as" "assert" "async" "await" "break" "case" "class" "continue" "def" "del" "elif" "else"
  "except" "finally" "for" "from" "global" "if" "import" "in" "is" "lambda" "match" "nonlocal" "not"
  "or" "pass" "raise" "return" "try" "while" "with" "yield" "not in" "is not"
] @keyword
(interpolation ["{" "}"] @string.escape)
"""
"""Few patterns on purpose: the whole query runs after each key. Textual's own for Python has some
90, and takes five times as long to compile and eight times as long to run. Captures do not overlap,
except an escape in its string, since the order in which overlapping ones apply is not defined.
Unfinished code is not marked: half a line typed would recolour all that follows."""


@cache
def available() -> bool:
    """Whether Python can be highlighted here."""
    return find_spec("tree_sitter") is not None and find_spec("tree_sitter_python") is not None


def _theme(name: str, syntax: dict[str, str]) -> TextAreaTheme:
    return TextAreaTheme(
        name=name,
        # A background for the line the cursor is on would repaint two rows for each move up or down
        # (about 1 kB); its number in bold costs 40 bytes, and shows in 16 colours too.
        cursor_line_style=Style(),
        cursor_line_gutter_style=Style(bold=True),
        # In reverse, the cursor shows on any background and in a terminal without colours.
        cursor_style=Style(reverse=True),
        bracket_matching_style=Style(bold=True, underline=True),
        syntax_styles={capture: Style.parse(style) for capture, style in syntax.items()},
    )


@cache
def themes() -> tuple[TextAreaTheme, ...]:
    """The two themes. Weight and slant repeat what the colours say, for terminals without them.

    All colours are of the 256-colour palette, so they are the same where COLORTERM is not sent.
    """
    return (
        _theme(
            DARK,
            {
                "comment": "italic #b2b2b2",
                "string": "#afd7af",
                "string.escape": "#87d7d7",
                "number": "#ffd7af",
                "constant": "#ffd7af",
                "keyword": "bold #87d7ff",
                "call": "#87d7d7",
                "parameter": "#d7d7ff",
                "definition": "bold #ffd787",
            },
        ),
        _theme(
            LIGHT,
            {
                "comment": "italic #585858",
                "string": "#005f00",
                "string.escape": "#005f5f",
                "number": "#870000",
                "constant": "#870000",
                "keyword": "bold #0000af",
                "call": "#005f5f",
                "parameter": "#5f0087",
                "definition": "bold #5f005f",
            },
        ),
    )
