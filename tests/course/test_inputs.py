from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tutor.course.inputs import DTYPES, fault_in, sizes_of
from tutor.runtime.worker import inputs as worker

GOOD = [
    "normal(8, 3)", "normal()", "normal(3, mean=1, std=0.5)", "normal(3, dtype='bfloat16')",
    "uniform(2, low=-1, high=1)", "integers(8, low=0, high=10)", "integers(8)", "integers()",
    "tensor([[1, 2], [3, 4]])", "tensor(3.5)", "tensor([])", "tensor((1, -2), dtype='int64')",
    "tensor([True, False], dtype='bool')", "number(0, 1)", "number()", "whole(1, 5)", "whole()",
    "number(low=-1, high=2)", " normal(3) ", "normal(0)",
]  # fmt: skip

BAD = {
    "": "expected a generator such as `normal(8, 3)`",
    "3": "expected a generator",
    "normal": "expected a generator",
    "normal(": "expected a generator",
    "torch.randn(3)": "unknown generator `torch.randn`",
    "norml(3)": "Did you mean `normal`?",
    "normal(n)": "the dimensions of `normal` must be whole numbers",
    "normal(-1)": "the dimensions",
    "normal(2.5)": "the dimensions",
    "normal(True)": "the dimensions",
    "normal((2, 3))": "the dimensions",
    "normal(100000, 100000)": "10,000,000,000 elements",
    "normal(3, scale=2)": "`normal` takes `mean=` and `std=` and `dtype=`, not `scale`",
    "normal(3, **{})": "not `**`",
    "normal(3, dtype=float32)": 'such as `dtype="float64"`. Did you mean `float32`?',
    "normal(3, dtype='float')": "expected a dtype in quotes",
    "normal(3, dtype=[1])": "expected a dtype in quotes",
    "uniform(3, low=1, high=1)": "`low` (1) must be less than `high` (1)",
    "uniform(3, low=1)": "`low` (1) must be less than `high` (1)",
    "uniform(3, low='a')": "expected a number for `low`",
    "integers(3, high=2.5)": "must be whole numbers",
    "integers(3, low=10)": "must be less than",
    "tensor()": "`tensor` takes one literal",
    "tensor([[1], [1, 2]])": "`tensor` takes one literal",
    "tensor(['a'])": "`tensor` takes one literal",
    "tensor(1, 2)": "`tensor` takes one literal",
    "number(1, 2, 3)": "`number` takes two numbers",
    "number(2, 1)": "must be less than",
    "number('a', 'b')": "`number` takes two numbers",
    "number(0, 1, dtype='float64')": "not `dtype`",
    "whole(0.5, 2)": "must be whole numbers",
}


@pytest.mark.parametrize("text", GOOD)
def test_good_generators(text: str) -> None:
    assert fault_in(text) == ""
    worker.parse(text)


@pytest.mark.parametrize("text", BAD)
def test_bad_generators_say_why(text: str) -> None:
    assert BAD[text] in fault_in(text)
    with pytest.raises(worker.InputError):
        worker.parse(text)


def test_the_dtypes_are_the_workers() -> None:
    assert DTYPES == worker.DTYPES


NUMBERS = st.one_of(st.integers(-3, 12), st.sampled_from([0.5, -1.5, 1e9, True]))
ARGUMENTS = st.one_of(
    NUMBERS.map(repr),
    st.lists(NUMBERS, max_size=3).map(repr),
    st.lists(st.lists(NUMBERS, min_size=1, max_size=2), max_size=2).map(repr),
    st.sampled_from(["x", "'a'", "None"]),
)
KEYWORDS = st.tuples(
    st.sampled_from(["low", "high", "mean", "std", "dtype", "size"]),
    st.one_of(NUMBERS.map(repr), st.sampled_from(["'float32'", "'float'", "float32"])),
)


@given(
    st.sampled_from(["normal", "uniform", "integers", "tensor", "number", "whole", "zeros"]),
    st.lists(ARGUMENTS, max_size=3),
    st.lists(KEYWORDS, max_size=2, unique_by=lambda pair: pair[0]),
)
@example("tensor", ["[]"], [])
@example("number", ["1"], [("low", "0")])
def test_agrees_with_the_worker(
    name: str, arguments: list[str], keywords: list[tuple[str, str]]
) -> None:
    text = f"{name}({', '.join([*arguments, *(f'{key}={value}' for key, value in keywords)])})"
    try:
        worker.parse(text)
    except worker.InputError:
        assert fault_in(text)
    else:
        assert fault_in(text) == ""


def test_sizes() -> None:
    assert sizes_of({"x": "normal(8, 3)", "y": "normal(8)", "n": "whole(1, 5)"}) == (3, 8, 24)
    assert sizes_of({"t": "tensor([[1, 2, 3], [4, 5, 6]])", "one": "normal(1)"}) == (2, 3, 6)
    assert sizes_of({"bad": "norm", "worse": "normal("}) == ()
    assert sizes_of({}) == ()
