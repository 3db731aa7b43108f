from __future__ import annotations

import math
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.course import models
from tutor.grading.answers import Form, Unreadable, parse_answer
from tutor.grading.compare import literal
from tutor.grading.names import device_name, dtype_name, exception_name
from tutor.grading.values import Device, DType, Nothing, Raised, Shape, Text, Value

FORMS: tuple[Form, ...] = get_args(Form)


def test_the_forms_are_those_a_lesson_may_name() -> None:
    assert set(FORMS) == set(get_args(models.Form))


@pytest.mark.parametrize(
    "text",
    [
        "0.5",
        "1/2",
        "5e-1",
        ".5",
        "50%",
        "tensor(0.5)",
        "tensor(0.5000)",
        "torch.tensor(0.5)",
        "tensor(0.5, grad_fn=<MulBackward0>)",
        "tensor([0.5])",
        "Array(0.5, dtype=float32)",
        "np.float32(0.5)",
        "tf.Tensor(0.5, shape=(), dtype=float32)",
        "<tf.Tensor: shape=(), dtype=float32, numpy=0.5>",
        "[0.5]",
        "`0.5`",
        " '0.5' ",
    ],
)
def test_one_number_in_many_forms(text: str) -> None:
    assert parse_answer(text, "number") == literal(0.5)


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2]",
        "(1, 2)",
        "1, 2",
        "1 2",
        "1,2,",
        "[1 2]",
        "tensor([1, 2])",
        "array([1, 2], dtype=int32)",
        "tf.Tensor([1 2], shape=(2,), dtype=int32)",
        "[tensor(1), tensor(2)]",
        "[2 - 1, 4 - 2]",
    ],
)
def test_one_list_in_many_forms(text: str) -> None:
    assert parse_answer(text, "list") == literal([1, 2])


def test_nested_lists() -> None:
    square = literal([[1, 2], [3, 4]])
    assert parse_answer("[[1, 2], [3, 4]]", "list") == square
    assert parse_answer("[[1 2]\n [3 4]]", "list") == square
    assert parse_answer("((1, 2), (3, 4))", "list") == square
    assert parse_answer("[ 1. -2.]", "list") == literal([1.0, -2.0])
    assert parse_answer("['a', b, None, True]", "list") == literal(["a", "b", None, True])
    assert parse_answer("[]", "list") == literal([])


@pytest.mark.parametrize(
    ("text", "dims"),
    [
        ("(3,)", (3,)),
        ("3", (3,)),
        ("[3]", (3,)),
        ("3x4", (3, 4)),
        ("3×4", (3, 4)),
        ("3 * 4", (3, 4)),
        ("3 by 4", (3, 4)),
        ("(3, 4)", (3, 4)),
        ("3 4", (3, 4)),
        ("()", ()),
        ("[]", ()),
        ("scalar", ()),
        ("torch.Size([3])", (3,)),
        ("torch.Size([])", ()),
        ("TensorShape([None, 3])", (None, 3)),
        ("shape=(2, 3)", (2, 3)),
    ],
)
def test_shapes(text: str, dims: tuple[int | None, ...]) -> None:
    assert parse_answer(text, "shape") == Shape(dims=dims)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("float32", "float32"),
        ("torch.float32", "float32"),
        ("tf.float32", "float32"),
        ("jnp.float32", "float32"),
        ("<dtype: 'float32'>", "float32"),
        ("dtype('float32')", "float32"),
        ("<class 'jax.numpy.float32'>", "float32"),
        ("torch.float", "float32"),
        ("torch.long", "int64"),
        ("f32", "float32"),
        ("bf16", "bfloat16"),
        ("fp16", "float16"),
        ("np.bool_", "bool"),
        ("BFLOAT16", "bfloat16"),
    ],
)
def test_dtypes(text: str, name: str) -> None:
    assert parse_answer(text, "dtype") == DType(name=name)
    assert dtype_name(text) == name


@pytest.mark.parametrize("text", ["[3,2]", "[3, 2]", "tensor([1., 2.])", "[[1, 2], [3, 4]]"])
def test_a_list_where_one_number_is_due_is_not_read_as_decimals(text: str) -> None:
    read = parse_answer(text, "number")
    assert isinstance(read, Unreadable)
    assert "one number" in read.sentence


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("cpu", "cpu:0"),
        ("CPU:0", "cpu:0"),
        ("cuda", "cuda:0"),
        ("cuda:1", "cuda:1"),
        ("gpu", "cuda:0"),
        ("GPU:2", "cuda:2"),
        ("CudaDevice(id=0)", "cuda:0"),
        ("TFRT_CPU_0", "cpu:0"),
        ("device(type='cuda', index=1)", "cuda:1"),
        ("/job:localhost/replica:0/task:0/device:GPU:0", "cuda:0"),
    ],
)
def test_devices(text: str, name: str) -> None:
    assert parse_answer(text, "device") == Device(name=name)
    assert device_name(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("TypeError", "TypeError"),
        ("jax.errors.ConcretizationTypeError", "ConcretizationTypeError"),
        ("TypeError: bad", "TypeError"),
        ("TypeError('bad')", "TypeError"),
        ("<class 'ValueError'>", "ValueError"),
    ],
)
def test_exceptions(text: str, name: str) -> None:
    assert parse_answer(text, "exception") == Raised(type=name, bases=(), message="")
    assert exception_name(text) == name


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("TypeEror", "TypeError"),
        ("TpyeError", "TypeError"),
        ("RuntimeErrorr", "RuntimeError"),
        ("ValueErrer", "ValueError"),
    ],
)
def test_a_misspelt_exception_is_not_judged(text: str, meant: str) -> None:
    read = parse_answer(text, "exception")
    assert isinstance(read, Unreadable)
    assert f"Did you mean `{meant}`?" in read.sentence


@pytest.mark.parametrize(
    "name",
    ["UnimplementedError", "XlaRuntimeError", "JaxRuntimeError", "OutOfMemoryError", "typeerror"],
)
def test_a_name_of_the_frameworks_is_no_misspelling(name: str) -> None:
    assert parse_answer(name, "exception") == Raised(type=name, bases=(), message="")


def test_no_exception() -> None:
    assert parse_answer("no error", "exception") == Nothing()


@pytest.mark.parametrize(
    ("text", "value"), [("True", True), ("yes", True), ("0", False), ("F", False)]
)
def test_booleans(text: str, value: bool) -> None:
    assert parse_answer(text, "bool") == literal(value)


def test_text_keeps_its_words() -> None:
    assert parse_answer(" 'a b' ", "text") == Text(text="a b")


@pytest.mark.parametrize(
    ("text", "form", "words"),
    [
        ("", "number", "no answer yet"),
        ("   ", "text", "no answer yet"),
        ("float", "dtype", "width"),
        ("float33", "dtype", "Did you mean `float32`?"),
        ("maybe", "bool", "true or false"),
        ("banana", "exception", "name of an exception"),
        ("toaster", "device", "not a device"),
        ("a, b", "shape", "could not be read as a shape"),
        ("[1, [2", "list", "left open"),
        ("[1, ?]", "list", "could not be read"),
        ("[" * 30 + "1" + "]" * 30, "list", "nested too deeply"),
        ("1 " * 5000, "list", "5,000 items"),
        ("1.5x", "number", "could not be read"),
        ("-1", "shape", "could not be read as a shape"),
    ],
)
def test_what_cannot_be_read_earns_a_sentence(text: str, form: Form, words: str) -> None:
    found = parse_answer(text, form)
    assert isinstance(found, Unreadable)
    assert words in found.sentence


@pytest.mark.parametrize("form", FORMS)
def test_ten_megabytes_earn_a_sentence(form: Form) -> None:
    found = parse_answer("[1, 2] " * 1_500_000, form)
    assert isinstance(found, Unreadable)
    assert "characters long" in found.sentence


@given(st.lists(st.floats(allow_nan=False), max_size=6))
def test_lists_of_floats_round_trip(items: list[float]) -> None:
    assert parse_answer(repr(items), "list") == literal(items)


@given(st.lists(st.integers(0, 10**6), max_size=5))
def test_shapes_round_trip(dims: list[int]) -> None:
    assert parse_answer(str(tuple(dims)), "shape") == Shape(dims=tuple(dims))


@given(st.text(max_size=300), st.sampled_from(FORMS))
def test_no_text_is_an_error(text: str, form: Form) -> None:
    found: Value | Unreadable = parse_answer(text, form)
    if isinstance(found, Unreadable):
        assert found.sentence.strip()


@given(
    st.text(alphabet="[](), 12.5eE-+*/x'\"`=tensorayNoaif", max_size=400), st.sampled_from(FORMS)
)
def test_no_near_miss_is_an_error(text: str, form: Form) -> None:
    parse_answer(text, form)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        "(" * 19_999,
        "1," * 9_999,
        "tensor(" * 2_800,
        " " * 19_000 + "1",
        "'" * 20_000,
        "dtype(" + ")" * 19_000 + "a",
        "<tf.T" + "numpy=" * 3_000 + ">",
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_hostile_text_is_read_without_an_error(text: str, form: Form) -> None:
    parse_answer(text, form)


def test_nan_is_a_number() -> None:
    found = parse_answer("nan", "number")
    assert not isinstance(found, Unreadable)
    assert found == literal(math.nan)
