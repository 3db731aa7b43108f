"""Markdown as lines."""

from __future__ import annotations

import pytest

from tutor.ui import highlight
from tutor.ui.markdown import code_spans, inline, lay_out, parse


def lines(text: str, width: int = 40) -> list[str]:
    return [line.plain.rstrip() for line in lay_out(parse(text), width)]


def test_paragraphs_wrap_with_a_gap_between() -> None:
    assert lines("One two three four five.\n\nSix.", 12) == [
        "One two", "three four", "five.", "", "Six.",
    ]  # fmt: skip


def test_a_tight_list_has_no_gaps_and_hangs() -> None:
    text = "Before:\n\n- one two three\n- two\n  1. deep\n  2. er\n\nAfter."
    assert lines(text, 12) == [
        "Before:", "", "• one two", "  three", "• two", "  1. deep", "  2. er", "", "After.",
    ]  # fmt: skip


def test_a_loose_list_keeps_its_gaps() -> None:
    assert lines("1. a\n\n   b\n\n2. c") == ["1. a", "", "   b", "", "2. c"]


def test_code_in_a_list_is_indented() -> None:
    assert lines("- a:\n\n  ```python\n  x = 1\n  ```") == ["• a:", "", "   x = 1"]


def test_a_quotation() -> None:
    assert lines("> one two three four", 14) == ["▎ one two", "▎ three four"]


def test_a_table_fits_and_aligns() -> None:
    text = "| name | n |\n|---|--:|\n| `a` | 5 |\n| a long name that wraps | 12 |"
    found = lines(text, 20)
    assert (
        found
        == [
            "name               n",
            "────────────────  ──",
            "a                  5",
            "a long name that  12",
            "wraps",
        ]
        or max(map(len, found)) <= 20
    )
    assert all(len(line) <= 20 for line in found)
    assert found[2].startswith("a ")
    assert found[2].endswith(" 5")


@pytest.mark.parametrize("width", [1, 8, 20, 40, 76])
def test_no_line_is_wider_than_the_page(width: int) -> None:
    text = (
        "# A heading that is long enough to wrap\n\nText `code` **bold** "
        + "x" * 100
        + "\n\n```python\n" + "y" * 90 + "\n\tz = 1\n```\n\n| a | b | c |\n|---|---|---|\n"
        + "| " + "w" * 50 + " | v v v | 漢字漢字漢字 |\n\n---\n"
    )  # fmt: skip
    page = lay_out(parse(text), width)
    # A table of three columns needs 13 cells: three each and two between.
    assert all(line.cell_length <= max(width, 13) for line in page)


def test_long_code_is_folded_not_cut() -> None:
    found = lines("```python\n" + "abcdefghij" * 5 + "\n```", 32)
    assert "".join(line.strip() for line in found) == "abcdefghij" * 5


def test_inline() -> None:
    content = inline("a `b` **c** *d*")
    assert content.plain == "a b c d"
    assert {str(span.style) for span in content.spans} == {"$text-accent", "bold", "italic"}


def test_markup_in_text_is_text() -> None:
    assert lines("x[0] and [bold] and $x$") == ["x[0] and [bold] and $x$"]


def test_html_is_shown_not_lost() -> None:
    assert lines("a <b>c</b>\n\n<div>") == ["a <b>c</b>", "", "<div>"]


@pytest.mark.parametrize("text", ["", "```", "|", "- ", "> ", "#", "**", "\0", "[a](", "1."])
def test_odd_text_is_no_error(text: str) -> None:
    lines(text)


def kinds(code: str) -> dict[str, str]:
    names = {style: name for name, style in highlight.STYLES.items()}
    content = highlight.python(code)
    assert content.plain == code
    return {content.plain[span.start : span.end]: names[str(span.style)] for span in content.spans}


def test_python_is_coloured() -> None:
    found = kinds("@jit\ndef f(x):  # why\n    return None if x > 1e-3 else 'it' + ____\n")
    assert found["@jit"] == "decorator"
    assert found["f"] == "definition"
    assert found["# why"] == "comment"
    assert found["1e-3"] == "number"
    assert found["'it'"] == "string"
    assert found["____"] == "blank"
    assert found["return"] == "keyword"


def test_a_hash_in_a_string_is_no_comment() -> None:
    assert kinds('x = "a # b"') == {'"a # b"': "string"}


def test_prefixed_and_triple_strings() -> None:
    assert kinds("f'{x}'") == {"f'{x}'": "string"}
    assert kinds('"""a\nb\'"""') == {'"""a\nb\'"""': "string"}


def test_names_with_digits_are_names() -> None:
    assert kinds("x1 = relu6") == {}


def test_only_what_is_between_backticks_is_read_in_a_label() -> None:
    label = code_spans("`blur` is compiled, not `a * b * c`")
    assert label.plain == "blur is compiled, not a * b * c"
    assert [label.plain[span.start : span.end] for span in label.spans if span.style] == [
        "blur",
        "a * b * c",
    ]
    for text in ("2 * x * y", "model.__call__(x) * z", "an odd ` one"):
        assert code_spans(text).plain == text
