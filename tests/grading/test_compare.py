from __future__ import annotations

import struct
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grading.make import tensor, values
from tutor.grading.compare import Rules, as_float, compare, literal
from tutor.grading.values import (
    Device,
    DType,
    Nothing,
    Opaque,
    Raised,
    Sequence,
    Shape,
    Tensor,
    Text,
    Value,
)


@given(values)
def test_every_value_equals_itself(value: Value) -> None:
    assert compare(value, value) is None


@given(values, values)
def test_two_values_are_compared_without_an_error(one: Value, other: Value) -> None:
    difference = compare(one, other)
    if difference:
        assert difference.words


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=20), st.data())
def test_noise_below_the_tolerance_is_no_difference(
    items: list[float], data: st.DataObject
) -> None:
    noise = [data.draw(st.floats(-4e-5, 4e-5)) for _ in items]
    noisy = [item * (1 + n) for item, n in zip(items, noise, strict=True)]
    assert compare(tensor(items), tensor(noisy)) is None


@given(st.lists(st.floats(0.5, 100, width=32), min_size=1, max_size=20), st.data())
def test_one_wrong_element_is_found_and_counted(items: list[float], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(items) - 1))
    wrong = list(items)
    wrong[place] *= 1.5
    difference = compare(tensor(items), tensor(wrong))
    assert difference is not None
    assert (difference.kind, difference.differing, difference.index) == ("value", 1, (place,))
    assert difference.total == len(items)
    assert difference.expected_at == items[place]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (tensor(0.5), literal(0.5)),
        (literal(0.5), tensor(0.5)),
        (tensor(3.0), literal(3)),
        (literal(3), literal(3.0)),
        (literal(True), tensor(True, dtype="bool")),
        (literal([1, 2]), Sequence(kind="tuple", items=(literal(1), literal(2)))),
        (literal([1, 2]), Shape(dims=(1, 2))),
        (Shape(dims=(1, 2)), literal([1, 2])),
        (Shape(dims=()), literal([])),
        (DType(name="float32"), Text(text="torch.float32")),
        (Text(text="float32"), DType(name="float32")),
        (Device(name="cuda:0"), Text(text="cuda")),
        (tensor(2.0, library="jax"), tensor(2.0, library="numpy")),
        (literal([0.5]), Sequence(kind="list", items=(tensor(0.5),))),
        (Opaque(type="f", repr="<f at 0x7f01>"), Opaque(type="f", repr="<f at 0x7f02>")),
    ],
)
def test_a_right_answer_in_another_form_is_right(one: Value, other: Value) -> None:
    assert compare(one, other) is None


@pytest.mark.parametrize(
    ("expected", "got", "kind", "path"),
    [
        (literal(1.0), Raised(type="ValueError", bases=(), message="no"), "raised", ""),
        (Raised(type="ValueError", bases=(), message=""), literal(1.0), "raised", ""),
        (literal([1, 2]), literal([1, 2, 3]), "structure", ""),
        (literal({"a": 1}), literal({"b": 1}), "structure", ""),
        (literal({"a": {"b": [1, 2]}}), literal({"a": {"b": [1]}}), "structure", "a.b"),
        (
            literal({"layers.0.weight": 1.0}),
            literal({"layers.0.weight": 2.0}),
            "value",
            "layers.0.weight",
        ),
        (literal([1.0, [2.0, 3.0]]), literal([1.0, [2.0, 4.0]]), "value", "[1][1]"),
        (literal({"a b": 1.0}), literal({"a b": 2.0}), "value", "[a b]"),
        (literal(1.0), literal("x"), "kind", ""),
        (literal(1), literal(True), "kind", ""),
        (tensor([1.0, 2.0]), literal([1.0, 2.0]), "kind", ""),
        (literal(1.0), Nothing(), "kind", ""),
        (tensor([1.0]), tensor(1.0), "rank", ""),
        (literal(1.0), tensor([1.0]), "rank", ""),
        (tensor([1.0, 2.0]), tensor([1.0, 2.0], (2, 1)), "rank", ""),
        (tensor([1.0, 2.0], (1, 2)), tensor([1.0, 2.0], (2, 1)), "shape", ""),
        (tensor([1.0]), tensor([1.0], dtype="float64"), "dtype", ""),
        (tensor([1.0], device="cuda:0"), tensor([1.0]), "device", ""),
        (tensor([1.0], attached=True), tensor([1.0]), "graph", ""),
        (tensor(1.0, attached=True), literal(1.0), "graph", ""),
        (tensor([1.0, 2.0]), tensor([1.0, nan]), "finite", ""),
        (tensor([1.0, 2.0]), tensor([1.0, inf]), "finite", ""),
        (tensor([1.0, inf]), tensor([1.0, -inf]), "value", ""),
        (tensor([1.0, nan]), tensor([1.0, 2.0]), "value", ""),
        (literal(3), literal(4), "value", ""),
        (tensor([1, 2], dtype="int64"), tensor([1, 3], dtype="int64"), "value", ""),
        (Shape(dims=(1, 2)), literal([2, 1]), "value", ""),
        (DType(name="float32"), DType(name="float16"), "value", ""),
        (Text(text="a"), Text(text="b"), "value", ""),
    ],
)
def test_differences_and_their_places(expected: Value, got: Value, kind: str, path: str) -> None:
    difference = compare(expected, got)
    assert difference is not None
    assert (difference.kind, difference.path) == (kind, path)


def test_the_order_of_the_stages_is_the_whole_trees() -> None:
    # A wrong number in the first leaf, a wrong dtype in the second: the dtype is told.
    expected = Sequence(kind="list", items=(tensor([1.0]), tensor([1.0])))
    got = Sequence(kind="list", items=(tensor([9.0]), tensor([1.0], dtype="float64")))
    difference = compare(expected, got)
    assert difference is not None
    assert (difference.kind, difference.path) == ("dtype", "[1]")


@pytest.mark.parametrize(
    ("expected", "got", "ignore"),
    [
        (tensor([1.0]), tensor([1.0], dtype="float64"), "dtype"),
        (tensor([1.0, 2.0]), tensor([1.0, 2.0], (2, 1)), "rank"),
        (literal(1.0), tensor([1.0]), "rank"),
        (tensor([1.0], device="cuda:0"), tensor([1.0]), "device"),
        (tensor([1.0], attached=True), tensor([1.0]), "graph"),
    ],
)
def test_what_is_ignored_is_no_difference(expected: Value, got: Value, ignore: str) -> None:
    assert compare(expected, got, Rules(ignore={ignore})) is None  # type: ignore[arg-type]


def test_ignoring_rank_does_not_ignore_shape_or_values() -> None:
    rules = Rules(ignore={"rank"})
    assert compare(tensor([1.0, 2.0]), tensor([1.0, 2.0, 3.0]), rules) is not None
    assert compare(tensor([1.0, 2.0]), tensor([1.0, 3.0], (2, 1)), rules) is not None


def test_the_authors_tolerance_is_used() -> None:
    assert compare(tensor([1.0]), tensor([1.1]), Rules(rtol=0.2)) is None
    assert compare(tensor([0.0]), tensor([0.1]), Rules(atol=0.2)) is None
    assert compare(tensor([1.0]), tensor([1.001]), Rules(rtol=1e-4)) is not None


def test_a_detached_value_passes_where_none_was_expected() -> None:
    assert compare(tensor([1.0]), tensor([1.0], attached=True)) is None


def test_a_raised_subclass_is_the_error_expected() -> None:
    wanted = Raised(type="LookupError", bases=("Exception",), message="")
    got = Raised(type="KeyError", bases=("LookupError", "Exception"), message="k")
    assert compare(wanted, got) is None
    assert compare(got, wanted) is not None


def test_tensors_too_large_to_send_are_not_called_equal() -> None:
    unseen = Tensor(library="torch", dtype="float32", shape=(2000, 2000), data=None)
    difference = compare(unseen, unseen)
    assert difference is not None
    assert difference.kind == "unseen"


def test_unknown_dtypes_compare_by_their_bytes() -> None:
    one = Tensor(library="jax", dtype="int4", shape=(2,), data=b"\1\2")
    other = Tensor(library="jax", dtype="int4", shape=(2,), data=b"\1\3")
    assert compare(one, one) is None
    assert compare(one, other) is not None


def test_negative_zero_is_zero() -> None:
    assert compare(tensor([0.0]), tensor([-0.0])) is None


def test_a_million_elements_with_one_wrong() -> None:
    items = [float(i % 97) + 1 for i in range(1 << 20)]
    data = struct.pack(f"<{len(items)}f", *items)
    items[777_777] += 1
    wrong = struct.pack(f"<{len(items)}f", *items)
    shape = (1024, 1024)
    difference = compare(
        Tensor(library="torch", dtype="float32", shape=shape, data=data),
        Tensor(library="torch", dtype="float32", shape=shape, data=wrong),
    )
    assert difference is not None
    assert (difference.differing, difference.index) == (1, divmod(777_777, 1024))


@given(st.floats(2**-10, 2**20, width=32), st.floats(1.5, 20))
def test_words_never_give_the_expected_number_away(expected: float, factor: float) -> None:
    expected += expected / 3  # the words hold round numbers of their own: 10 %, 3 elements
    difference = compare(tensor([expected] * 3), tensor([expected * factor] * 3))
    assert difference is not None
    assert f"{expected:.6g}" not in difference.words.replace(f"{difference.got_at:.6g}", "")


def test_as_float() -> None:
    assert as_float(tensor([2.5])) == 2.5
    assert as_float(literal(3)) == 3.0
    assert as_float(literal("x")) is None
    assert as_float(tensor([1.0, 2.0])) is None
    assert as_float(literal(10**400)) is None
