from __future__ import annotations

import math
import os
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from tutor.course.yaml_positions import MAX_BYTES, Document, parse_yaml, read_yaml, scalar
from tutor.errors import CourseError


def parse(text: str | bytes) -> Document:
    return parse_yaml(text if isinstance(text, bytes) else text.encode(), "f")


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(CourseError) as caught:
        parse(text)
    return [str(finding).removeprefix("f:") for finding in caught.value.findings]


@pytest.fixture(params=["libyaml", "pure"])
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "pure":
        monkeypatch.setattr(yaml, "__with_libyaml__", False)
    elif not yaml.__with_libyaml__:
        pytest.skip("PyYAML was built without libyaml")
    return request.param


# --- scalars, by YAML 1.2's core schema


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((word, word) for word in ("y", "n", "yes", "no", "on", "off", "Yes", "NO", "On", "tRue")),
        ("true", True), ("True", True), ("TRUE", True),
        ("false", False), ("False", False), ("FALSE", False),
        ("null", None), ("Null", None), ("NULL", None), ("~", None), ("", None), ("nULL", "nULL"),
        ("0", 0), ("-7", -7), ("+7", 7), ("010", 10), ("0o10", 8), ("0x1F", 31), ("-0x1F", "-0x1F"),
        ("0b11", "0b11"), ("1_000", "1_000"), ("12:30", "12:30"), ("190:20:30", "190:20:30"),
        ("2001-12-14", "2001-12-14"), ("1e-3", 1e-3), ("1E3", 1000.0), ("1.", 1.0), (".5", 0.5),
        ("-.5e1", -5.0), ("1.5", 1.5), ("1e", "1e"), (".", "."), ("-", "-"), ("1.2.3", "1.2.3"),
        (".inf", math.inf), ("-.INF", -math.inf), ("+.Inf", math.inf), ("inf", "inf"), ("nan", "nan"),
        ("=", "="), ("1e-3 ", "1e-3 "),
    ],
)  # fmt: skip
def test_scalars_follow_the_core_schema(text: str, value: object) -> None:
    found = scalar(text)
    assert found == value
    assert type(found) is type(value)


def test_nan_is_a_number() -> None:
    for text in (".nan", ".NaN", ".NAN"):
        assert math.isnan(scalar(text))  # type: ignore[arg-type]


@given(st.one_of(st.integers(-(10**30), 10**30), st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_as_python_writes_them_come_back(number: float) -> None:
    assert scalar(repr(number)) == number


@given(st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1))
def test_quoted_text_is_always_text(text: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    assert parse(f"a: {quoted}").data == {"a": text}


def test_keys_are_text() -> None:
    assert parse("1: a\ntrue: b\nno: c\n~: d").data == {"1": "a", "true": "b", "no": "c", "~": "d"}


# --- places


SAMPLE = """\
# a comment
head: one
list:
  - x
  - {k: v, n: 3}
block: |

    def f():
        return (
folded: >
  some
  text
empty:
last: 'q'
"""


@pytest.mark.parametrize(
    ("keys", "key", "place"),
    [
        ((), False, (2, 1)),
        (("head",), True, (2, 1)),
        (("head",), False, (2, 7)),
        (("list",), False, (4, 3)),
        (("list", 0), False, (4, 5)),
        (("list", 1, "k"), True, (5, 6)),
        (("list", 1, "n"), False, (5, 15)),
        (("block",), False, (6, 8)),
        (("empty",), False, (13, 1)),
        (("last", "beyond", 3), False, (14, 7)),
        (("nowhere",), False, (2, 1)),
    ],
)
def test_every_key_and_value_has_a_place(
    either_parser: str, keys: tuple[str | int, ...], key: bool, place: tuple[int, int]
) -> None:
    assert parse(SAMPLE).place(keys, key=key) == place


def test_places_inside_a_literal_block(either_parser: str) -> None:
    document = parse(SAMPLE)
    assert document.data["block"] == "\ndef f():\n    return (\n"
    assert document.within(("block",), 2, 1) == (8, 5)
    assert document.within(("block",), 3, 12) == (9, 16)
    assert document.within(("folded",), 1, 4) == (10, 9)  # folding loses lines
    assert document.within(("last",), 1, 1) == (14, 7)


def test_columns_count_characters() -> None:
    assert parse("a: 'f′(x) → ∞'\nb: [é, {ü: ∂}]").place(("b", 1, "ü")) == (2, 12)


def test_places_under_an_alias_are_the_anchors() -> None:
    document = parse("one: &a\n  k: v\ntwo: *a\n")
    assert document.data == {"one": {"k": "v"}, "two": {"k": "v"}}
    assert document.place(("two",)) == (3, 6)
    assert document.place(("two", "k")) == (2, 6)


def test_byte_order_mark_and_crlf() -> None:
    document = parse(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - 2\r\n")
    assert document.data == {"a": 1, "b": [2]}
    assert document.place(("a",), key=True) == (1, 1)
    assert document.place(("b", 0)) == (3, 5)


# --- refusals


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("a: 1\nb: 2\na: 3", "3:1: `a` is here twice; the first is at line 1, column 1"),
        ("<<: {a: 1}", "1:1: merge keys (`<<`) are not used"),
        ("a: !!python/object:os.system {}", "1:4: the tag `!!python/object:os.system`"),
        ("a: !mine b", "1:4: the tag `!mine` is not used"),
        ("a: !!str 1", "1:4: the tag `!!str` is not used"),
        ("? [a]\n: 1", "1:3: a map or a list is the key here"),
        ("a: &x [b]\n*x : c", "2:1: `*x` is a key here, and a key must be text"),
        ("a: *b", "1:4: `*b` repeats nothing"),
        ("a: &b [*b]", "1:8: `*b` stands inside `&b`"),
        ("a: 1\n---\nb: 2", "2:1: a second document"),
        ("", "0:0: the file is empty"),
        ("# only a comment\n", "0:0: the file is empty"),
        ("~", "0:0: the file is empty"),
        ("[" * 100, "1:61: nested more than 60 deep"),
        ("a:\n\t- b", "2:1: a tab; YAML is indented with spaces"),
        ("a: b: c", "1:5: a `:` followed by a space"),
        ("a: x y\n b: 2", "2:3: this line reads as part of the value above it"),
        ("a: @b", "1:4: a text cannot begin with @"),
        ("a: 'b\nc: d\n", "1:4: this quote is never closed"),
        ("a: [1, 2\nb: 3", "2:2: expected `,` or `]`"),
        ("a: {b: 1", "2:1: expected `,` or `}`"),
        ("a:\n  b: 1\n c: 2\n", "3:2: this line does not fit the map above it"),
        ("- a\nb: 1", "2:1: this line does not fit the list above it"),
        ('a: "\\q"', "1:5: an unknown `\\` escape"),
        ("a: | x\n  y", "1:6: only a comment or a new line"),
        ("a: - b", "1:4: a list cannot begin here"),
        ("a: b\x07", "1:5: character U+0007"),
        ("a: 1\nb: x\ufffe", "2:5: character U+FFFE"),
        ("a: " + "9" * 5000, "1:4: a number of 5,000 digits"),
        ("a: 0x" + "f" * 5000, "1:4: a number of 5,002 digits"),
        (b"a: 1\nb: caf\xe9", "2:7: byte 0xe9 is not UTF-8"),
        ("a: ü".encode("utf-16"), "0:0: the file is UTF-16"),
    ],
)  # fmt: skip
def test_refusals_say_where_and_what(text: str | bytes, start: str) -> None:
    (only,) = faults(text)
    assert only.startswith(start)


def test_the_pure_parser_refuses_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert faults("a: 1\na: 2")[0].startswith("2:1: `a` is here twice")
    assert faults("a: [1, 2\nb: 3")[0].startswith("2:2: expected `,` or `]`")
    assert faults("a:\n\t- b")[0].startswith("2:1: a tab")
    assert faults("a: 'b\nc")[0].startswith("1:4: this quote is never closed")


def test_several_faults_are_all_told() -> None:
    found = faults("a: 1\na: 2\nb: !x 3\n<<: {}\n")
    assert [fault.split(": ")[0] for fault in found] == ["2:1", "3:4", "4:1"]


def test_a_flood_of_faults_is_cut() -> None:
    assert len(faults("a: 1\n" * 5000)) == 100


def test_aliases_cannot_multiply() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 10):
        again = ", ".join([f"*a{level - 1}"] * 9)
        lines.append(f"a{level}: &a{level} [{again}]")
    (only,) = faults("\n".join(lines))
    assert "more than 100,000 values" in only


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    def refused(path: Path) -> str:
        with pytest.raises(CourseError) as caught:
            read_yaml(path)
        (finding,) = caught.value.findings
        assert finding.path == str(path)
        assert (finding.line, finding.column) == (0, 0)
        return finding.message

    assert "no such file" in refused(tmp_path / "none.yaml")
    assert "this is a folder" in refused(tmp_path)
    link = tmp_path / "link.yaml"
    link.symlink_to(tmp_path / "gone.yaml")
    assert "this link leads nowhere" in refused(link)
    loop = tmp_path / "loop.yaml"
    loop.symlink_to(loop)
    assert "cannot be read" in refused(loop)
    big = tmp_path / "big.yaml"
    big.write_bytes(b"#" * (MAX_BYTES + 1))
    assert "2,000,001 bytes" in refused(big)
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert "not a plain file" in refused(pipe)
    assert "cannot be read" in refused(tmp_path / ("n" * 300))
    assert "cannot be read" in refused(Path("a\0b.yaml"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text("a: 1")
    path.chmod(0)
    with pytest.raises(CourseError, match="Permission denied"):
        read_yaml(path)


# --- never anything but CourseError


@given(st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    found = parsed_or_error(raw)
    assert isinstance(found, Document) or found.findings


@given(st.text(alphabet="ab:-?&*!|>'\"%@`{}[],# \n\t~<0.1", max_size=80))
@example("&a a: &a b\n*a : c")
@example("a: |2-\n    x\n  y")
@example("? a\n? b\n: - - c")
def test_any_yaml_like_text(text: str) -> None:
    found = parsed_or_error(text.encode())
    if isinstance(found, Document):
        every_place_exists(found, found.data, ())
        return
    for finding in found.findings:
        assert finding.line <= text.count("\n") + 2
        assert "\n" not in finding.message


def parsed_or_error(raw: bytes) -> Document | CourseError:
    try:
        return parse_yaml(raw, "f")
    except CourseError as error:
        return error


def every_place_exists(document: Document, data: object, keys: tuple[str | int, ...]) -> None:
    line, column = document.place(keys)
    assert line >= 1
    assert column >= 1
    children = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    for key, value in children:
        every_place_exists(document, value, (*keys, key))
