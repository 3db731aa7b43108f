from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.grading.arrays import Array, as_bfloat16, as_float16
from tutor.grading.case import Case
from tutor.grading.diagnose import diagnose
from tutor.grading.misconceptions import RULES
from tutor.grading.tolerance import default_tolerance

LN2 = math.log(2)


def case(
    expected: list[float],
    got: list[float],
    shape: tuple[int, ...] | None = None,
    got_shape: tuple[int, ...] | None = None,
    *,
    sizes: tuple[int, ...] = (),
    dtype: str = "float32",
    got_dtype: str | None = None,
) -> Case:
    shape = (len(expected),) if shape is None else shape
    return Case(
        Array(shape, expected, dtype),
        Array(shape if got_shape is None else got_shape, got, got_dtype or dtype),
        default_tolerance(dtype),
        sizes,
    )


def normal(n: int, seed: int = 0) -> list[float]:
    rng = random.Random(seed)
    return [rng.gauss(0.3, 1) for _ in range(n)]


def positive(n: int, seed: int = 0) -> list[float]:
    rng = random.Random(seed)
    return [rng.uniform(0.1, 3) for _ in range(n)]


def softmax(items: list[float]) -> list[float]:
    powers = [math.exp(item) for item in items]
    return [power / sum(powers) for power in powers]


def transpose(items: list[float], rows: int, columns: int) -> list[float]:
    return [items[r * columns + c] for c in range(columns) for r in range(rows)]


def permute(items: list[float], shape: tuple[int, ...], axes: tuple[int, ...]) -> list[float]:
    def at(index: tuple[int, ...]) -> float:
        place = 0
        for size, i in zip(shape, index, strict=True):
            place = place * size + i
        return items[place]

    result = []
    for index in product(*(range(shape[axis]) for axis in axes)):
        source = [0] * len(shape)
        for axis, i in zip(axes, index, strict=True):
            source[axis] = i
        result.append(at(tuple(source)))
    return result


def each(change: Callable[[float], float], items: list[float], **more: object) -> Case:
    return case(items, [change(item) for item in items], **more)  # type: ignore[arg-type]


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


N6, P6 = normal(6, 3), positive(6)
N24 = normal(24)
PROBABILITIES = softmax(normal(5))
ROWS = softmax(N6[:3]) + softmax(N6[3:])
SAME_COLUMNS = [math.exp(N6[i]) / (math.exp(N6[i % 3]) + math.exp(N6[i % 3 + 3])) for i in range(6)]

EXAMPLES: dict[str, Case] = {
    "transposed": case(N6, transpose(N6, 2, 3), (2, 3), (3, 2)),
    "reshaped": case(N6, transpose(N6, 2, 3), (2, 3)),
    "channels-moved": case(
        N24, permute(N24, (1, 3, 2, 4), (0, 2, 3, 1)), (1, 3, 2, 4), (1, 2, 4, 3)
    ),
    "axes-permuted": case(N24, permute(N24, (2, 3, 4), (1, 0, 2)), (2, 3, 4), (3, 2, 4)),
    "reversed": case(N6, N6[::-1]),
    "shifted": case(N6, [0.0, *N6[:5]]),
    "keepdims": case(N6, N6, (6,), (6, 1)),
    "stacked": case(N6, N6, (6,), (2, 3)),
    "cut-short": case(N6, N6[:4], (3, 2), (2, 2)),
    "broadcast": case(N6[:3], [N6[i] + (i - j) for i in range(3) for j in range(3)], (3,), (3, 3)),
    "wrong-axis": case(
        [sum(P6[:3]), sum(P6[3:])], [P6[i] + P6[i + 3] for i in range(3)], (2,), (3,)
    ),
    "normalised-wrong-axis": case(ROWS, SAME_COLUMNS, (2, 3)),
    "all-zeros": each(lambda _: 0.0, N6),
    "sign": each(lambda x: -x, N6),
    "conjugate": case([1 + 2j, 3 - 1j], [1 - 2j, 3 + 1j], dtype="complex64"),  # type: ignore[list-item]
    "absolute": case([-1.5, 0.3, 2.0], [1.5, 0.3, 2.0]),
    "scaled-by-n": each(lambda x: x * 8, N6, sizes=(8, 3, 24)),
    "divided-by-n": each(lambda x: x / 8, N6, sizes=(8, 3, 24)),
    "too-large": each(lambda x: x * 2, N6, sizes=(8,)),
    "factor-half": each(lambda x: x / 2, N6, sizes=(8,)),
    "accumulated": each(lambda x: x * 5, N6, sizes=(8,)),
    "bessel": each(lambda x: x * 7 / 8, P6, sizes=(8,)),
    "log2": each(lambda x: x / LN2, N6),
    "log10": each(lambda x: x / math.log(10), N6),
    "natural-log": each(lambda x: x * LN2, N6),
    "squared": each(lambda x: x * x, P6),
    "rooted": each(math.sqrt, P6),
    "probability": each(lambda x: math.exp(-x), P6),
    "exponentiated": each(math.exp, N6),
    "logged": each(math.log, P6),
    "softmax-twice": case(PROBABILITIES, softmax(PROBABILITIES)),
    "sigmoid-twice": each(lambda x: 1 / (1 + math.exp(-x)), P6),
    "sigmoid-twice-in-loss": case(
        [-math.log(p) for p in (0.9, 0.3, 0.6)],
        [-math.log(logistic(0.9)), -math.log(1 - logistic(0.7)), -math.log(logistic(0.6))],
    ),
    "uncorrected": each(lambda x: x * 0.1 / math.sqrt(0.001), N6),
    "dropout-on": case(N6, [x * (i % 3 > 0) / 0.75 for i, x in enumerate(N6)]),
    "dropout-off": case([x * (i % 3 > 0) / 0.75 for i, x in enumerate(N6)], N6),
    "floor-or-truncation": case([-3.0, 2.0, -1.0, 4.0], [-4.0, 2.0, -2.0, 4.0]),
    "log-clipped": case([math.inf, 0.7, 0.2], [100.0, 0.7, 0.2]),
    "off-by-one": case([3, 5, 9], [4, 6, 10], dtype="int64"),
    "percent": each(lambda x: x * 100, N6),
    "fraction": each(lambda x: x / 100, N6),
    "truncated": case([0.3, 1.7, -2.6], [0.0, 1.0, -2.0]),
    "low-precision": each(as_bfloat16, N6),
    "rounded": case([0.3, 1.7, -2.6], [0.0, 2.0, -3.0]),
    "regrouped": case(N24, N24, (2, 3, 4), (4, 6)),
    "repeated": case(N6, N6[:3] * 2, (2, 3)),
    "one-slice": case(N24, N24[:18] + normal(6, 9), (4, 6)),
    "shuffled": case(N6, sorted(N6)),
    "ambiguous": case([2.0], [4.0], ()),
    "offset": each(lambda x: x + 0.37, N6),
    "scaled": each(lambda x: x * 1.37, N6),
}


@pytest.mark.parametrize("slug", EXAMPLES)
def test_each_mistake_earns_its_own_name(slug: str) -> None:
    found = diagnose([EXAMPLES[slug]], "`loss`")
    assert found is not None
    assert found.slug == slug
    assert "`loss`" in found.words
    assert "{" not in found.words


def test_every_rule_has_an_example() -> None:
    shared = {"factor-two": "too-large"}  # with a batch of 8, three rules explain a factor 2
    assert {shared.get(rule.slug, rule.slug) for rule in RULES} <= set(EXAMPLES)


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if not rule.fallback], ids=lambda r: r.slug
)
def test_a_rule_does_not_fit_the_right_answer_or_noise(rule: object) -> None:
    for items in (N6, P6, PROBABILITIES, ROWS):
        assert rule.find(case(items, items)) is None  # type: ignore[attr-defined]
        wrong = [item + (i % 3 - 1.3) * 0.21 for i, item in enumerate(items)]
        assert rule.find(case(items, wrong, sizes=(8, 3))) is None  # type: ignore[attr-defined]


def test_unrelated_wrong_numbers_are_not_diagnosed() -> None:
    for seed in range(200):
        found = diagnose([case(normal(5, seed), normal(5, seed + 1000), sizes=(8, 3, 24))])
        assert found is None


def test_a_mistake_must_explain_every_case() -> None:
    flipped = EXAMPLES["sign"]
    assert diagnose([flipped, EXAMPLES["accumulated"]]) is None
    found = diagnose([flipped, each(lambda x: -x, P6)])
    assert found is not None
    assert found.slug == "sign"


def test_a_factor_must_be_one_factor_everywhere() -> None:
    cases = [each(lambda x: x * 5, N6), each(lambda x: x * 6, P6)]
    assert diagnose(cases) is None


def test_batch_of_two_is_told_apart_by_no_one() -> None:
    found = diagnose([each(lambda x: x * 2, N6, sizes=(2, 3))])
    assert found is not None
    assert found.slug == "too-large"
    assert "2 times too large" in found.words


def test_accumulation_gives_way_to_the_batch_size() -> None:
    found = diagnose([each(lambda x: x * 4, N6, sizes=(4,))])
    assert found is not None
    assert found.slug == "scaled-by-n"


def test_two_unrelated_explanations_ask_for_another_input() -> None:
    # 4 is twice 2 and 2 squared: one number cannot tell.
    found = diagnose([case([2.0], [4.0], ())], "`y`")
    assert found is not None
    assert found.slug == "ambiguous"
    assert "`y` is 2 times too large" in found.words
    assert "`y` is squared" in found.words
    assert "another input" in found.words
    both = diagnose([case([2.0], [4.0], ()), case([3.0], [6.0], ())])
    assert both is not None
    assert both.slug == "too-large", "a second value tells them apart"


@pytest.mark.parametrize(
    ("slug", "got"),
    [
        ("sign", [-x if i in (1, 4) else x for i, x in enumerate(N6)]),
        ("too-large", [2 * x if i in (0, 5) else x for i, x in enumerate(N6)]),
        ("all-zeros", [0.0 if i in (2, 3) else x for i, x in enumerate(N6)]),
    ],
)
def test_a_mistake_in_some_elements(slug: str, got: list[float]) -> None:
    found = diagnose([case(N6, got)], "`g`")
    assert found is not None
    assert found.slug == slug
    assert "at 2 of its 6 elements" in found.words


def test_one_wrong_element_is_not_diagnosed_in_part() -> None:
    assert diagnose([case(N6, [-N6[0], *N6[1:]])]) is None


def test_how_many_elements_may_go_by_the_seed() -> None:
    cases = [case(N6, [-x if i < k else x for i, x in enumerate(N6)]) for k in (2, 3)]
    found = diagnose(cases)
    assert found is not None
    assert "some of its elements" in found.words


@pytest.mark.parametrize(
    ("slug", "wrong"),
    [
        ("reshaped", case(N24, permute(N24, (2, 3, 4), (0, 2, 1)), (2, 3, 4))),
        (
            "channels-moved",
            case(N24, permute(N24, (4, 3, 1, 2), (2, 3, 1, 0)), (4, 3, 1, 2), (1, 2, 3, 4)),
        ),
        ("cut-short", case(N6, N6[2:], (3, 2), (2, 2))),
        ("stacked", case(N6, N6, (2, 3), (6,))),
        ("shifted", case(N24, N24[4:] + normal(4, 5), (6, 4))),
        ("floor-or-truncation", case([-3.0, 2.0], [-2.0, 2.0])),
        ("floor-or-truncation", case([-3, 2], [-4, 2], dtype="int64")),
        ("log-clipped", case([300.0, 0.7], [16.118096, 0.7])),
        ("bessel", each(lambda x: x * math.sqrt(8 / 7), P6, sizes=(8,))),
        (
            "low-precision",
            case([1e5, 1e-9, 0.1, 3.3], [as_float16(x) for x in (1e5, 1e-9, 0.1, 3.3)]),
        ),
    ],
)
def test_other_forms_of_a_mistake(slug: str, wrong: Case) -> None:
    found = diagnose([wrong])
    assert found is not None
    assert found.slug == slug


NEAR_MISSES = {
    "a factor in all but one": case(N6, [2 * x for x in N6[:5]] + [N6[5] * 2.01]),
    "zeros, and the rest not scaled alike": case(
        N6, [0.0, N6[1] / 0.75, N6[2] / 0.7, N6[3] / 0.75, 0.0, N6[5] / 0.75]
    ),
    "positive numbers that are off by one": case([3.0, 2.0, 5.0], [4.0, 2.0, 5.0]),
    "a loss of 100 of its own": case([0.7, 50.0], [0.7, 100.0]),
    "one number that is 100": case([140.0], [100.0], ()),
    "a constant is no shift of itself": case([1.0] * 5 + [2.0], [1.0] * 4 + [2.0, 3.0]),
    "a window from the middle": case(N24, N24[6:18], (4, 6), (2, 6)),
    "infinite where float16 does not end": case([1e3, 2e6, 3.1], [math.inf, math.inf, 3.1]),
    "a larger array": case(N6[:4], N6, (4,), (6,)),
}


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_near_misses_are_not_diagnosed(name: str) -> None:
    assert diagnose([NEAR_MISSES[name]]) is None


def test_degenerate_answers_are_not_diagnosed() -> None:
    assert diagnose([case([0.0, 0.0], [0.0, 1.0])]) is None
    assert diagnose([case([1.0, 1.0], [1.0, 2.0])]) is None
    assert diagnose([]) is None


def test_half_precision_is_named() -> None:
    found = diagnose([each(as_float16, [x * 1.001 for x in N6], dtype="float64")])
    assert found is not None
    assert "float16" in found.words


def test_counts_are_not_called_logarithms_or_means() -> None:
    found = diagnose([case([4, 6, 10], [32, 48, 80], dtype="int64", sizes=(8,))])
    assert found is None or found.slug == "scaled"


def test_probabilities_of_another_kind_are_no_wrong_axis() -> None:
    # Every softmax sums to 1; that alone must not be called a reduction over the wrong axis.
    assert diagnose([case(softmax(N6), softmax(P6))]) is None


def test_gradients_that_sum_to_zero_are_diagnosed() -> None:
    items = [0.5, -0.2, -0.3]
    found = diagnose([each(lambda _: 0.0, items)])
    assert found is not None
    assert found.slug == "all-zeros"


@pytest.mark.parametrize("change", [lambda x: -x, lambda x: 1.37 * x, lambda x: x + 1])
def test_a_million_elements(change: Callable[[float], float]) -> None:
    items = normal(1 << 18)
    found = diagnose([each(change, items, shape=(16, 64, 16, 16))])
    assert found is not None
    assert found.slug in ("sign", "scaled", "offset")


@given(
    st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=8),
    st.lists(st.floats(allow_nan=True, width=32), min_size=1, max_size=8),
    st.lists(st.integers(1, 64), max_size=4),
)
def test_diagnosis_never_raises(expected: list[float], got: list[float], sizes: list[int]) -> None:
    diagnose([case(expected, got, (len(expected),), (len(got),), sizes=tuple(sizes))])


@given(st.lists(st.floats(1, 99, width=32), min_size=4, max_size=8, unique=True))
def test_words_do_not_hold_the_expected_numbers(items: list[float]) -> None:
    items = [item + 1 / 3 for item in items]
    for change in (lambda x: -x, lambda x: 8 * x, lambda x: x / LN2, lambda x: x * x):
        found = diagnose([each(change, items, sizes=(8,))], "it")
        if found:
            assert all(f"{item:.4g}" not in found.words for item in items)
