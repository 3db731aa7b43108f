"""The lines that a terminal would show."""

from __future__ import annotations

from tutor.ui.widgets.output import MAX_LINE, MAX_LINES, OutputBuffer, PrintedLine


def fed(*slices: str) -> list[str]:
    buffer = OutputBuffer()
    for text in slices:
        buffer.feed(text)
    return [line.text for line in buffer.lines]


def test_lines_in_slices() -> None:
    assert fed("a\nb", "c\n", "\nd") == ["a", "bc", "", "d"]


def test_a_progress_bar_stays_on_its_line() -> None:
    assert fed("1/3\r2/3", "\r3/3\ndone\n") == ["3/3", "done"]


def test_a_shorter_line_over_a_longer_one_leaves_its_end() -> None:
    assert fed("hello\rHE\n") == ["HEllo"]


def test_backspaces() -> None:
    assert fed("10%\b\b\b20%") == ["20%"]


def test_carriage_return_and_newline() -> None:
    assert fed("a\r\nb\r\n") == ["a", "b"]


def test_colours_and_controls_are_dropped() -> None:
    assert fed("\x1b[31mred\x1b[0m \x1b]0;title\x07\x07x\x1b[2K\x00") == ["red x"]


def test_tabs() -> None:
    assert fed("a\tb") == ["a       b"]


def test_the_last_lines_are_kept_and_the_rest_counted() -> None:
    buffer = OutputBuffer()
    for _ in range(3):
        buffer.feed("x\n" * MAX_LINES)
    assert len(buffer.lines) == MAX_LINES
    assert buffer.dropped == 2 * MAX_LINES


def test_one_large_slice_is_as_many_small_ones() -> None:
    lines = [f"line {number}\n" for number in range(3 * MAX_LINES)]
    slices = ["half", " a line\n", "".join(lines), "half", " again\n" + "".join(lines), "end"]
    at_once, one_by_one = OutputBuffer(), OutputBuffer()
    for text in slices:
        at_once.feed(text)
        for line in text.splitlines(keepends=True):
            one_by_one.feed(line)
    assert at_once.lines == one_by_one.lines
    assert at_once.dropped == one_by_one.dropped


def test_a_very_long_line_is_cut_and_counted() -> None:
    buffer = OutputBuffer()
    buffer.feed("x" * (MAX_LINE + 10))
    buffer.feed("y" * 5)
    assert len(buffer.lines[0].text) == MAX_LINE
    assert buffer.lines[0].cut == 15


def test_stderr_is_marked_by_line() -> None:
    buffer = OutputBuffer()
    buffer.feed("out\n")
    buffer.feed("err\n", error=True)
    assert [line.error for line in buffer.lines] == [False, True]


def test_a_line_is_broken_at_the_width_in_cells() -> None:
    assert PrintedLine("abcdef").broken(4) == ("abcd", "ef")
    assert PrintedLine("漢字漢").broken(4) == ("漢字", "漢")
    assert PrintedLine("é" * 5).broken(4) == ("éééé", "é")
    assert PrintedLine("").broken(4) == ("",)


def test_a_line_is_broken_anew_when_it_grows() -> None:
    line = PrintedLine("abc")
    assert line.broken(4) is line.broken(4)
    line.text = "abcdef"
    assert line.broken(4) == ("abcd", "ef")
    assert line.broken(3) == ("abc", "def")
