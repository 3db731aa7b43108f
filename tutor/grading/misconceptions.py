"""The general misconceptions that a wrong answer gives away: one row each, in order.

A row says what was seen and never the right answer; naming a factor is fine. To add one, write its
function in ``mistakes_of_shape`` or ``mistakes_of_number`` and its row here.
"""

from __future__ import annotations

from tutor.grading import mistakes_of_number as number
from tutor.grading import mistakes_of_shape as shape
from tutor.grading.case import DiagnosisRule

RULES: tuple[DiagnosisRule, ...] = (
    DiagnosisRule("transposed", shape.transposed, "{It} is transposed: its two axes are swapped."),
    DiagnosisRule(
        "reshaped",
        shape.reshaped,
        "{It} has the right shape and the right elements, filled in the wrong order: `reshape` "
        "does not swap axes, a transpose does.",
    ),
    DiagnosisRule(
        "channels-moved",
        shape.channels_moved,
        "{It} has {layout}, and the other layout is asked for: the values are right, the order of "
        "the axes is not.",
    ),
    DiagnosisRule(
        "axes-permuted",
        shape.other_axes_permuted,
        "{It} has the right values with its axes in another order.",
    ),
    DiagnosisRule("reversed", shape.reversed_axis, "{It} runs backwards along axis {axis}."),
    DiagnosisRule("keepdims", shape.keepdims, "{It} has the right values, and {what}."),
    DiagnosisRule(
        "broadcast",
        shape.broadcast,
        "{It} has an element for every pair: shapes such as ({n}, 1) and ({n},) broadcast to "
        "({n}, {n}). Give both the same shape first.",
    ),
    DiagnosisRule("wrong-axis", shape.other_axis, "{It} looks reduced over the other axis."),
    DiagnosisRule(
        "normalised-wrong-axis",
        shape.normalised_over_other_axis,
        "{It} sums to 1 along axis {axis}, which is not the axis asked for.",
    ),
    DiagnosisRule("all-zeros", number.all_zero, "{It} is zero{where}, and it should not be."),
    DiagnosisRule("sign", number.sign_flipped, "{It} has the right size and the opposite sign."),
    DiagnosisRule("conjugate", number.conjugated, "{It} is the complex conjugate of the answer."),
    DiagnosisRule(
        "absolute", number.absolute, "{It} has lost its signs: every element is positive."
    ),
    DiagnosisRule(
        "scaled-by-n",
        number.times_n,
        "{It} is {n} times too large: that is a sum where a mean is asked for.",
        "larger",
    ),
    DiagnosisRule(
        "divided-by-n",
        number.over_n,
        "{It} is {n} times too small: that is a mean where a sum is asked for.",
        "smaller",
    ),
    DiagnosisRule(
        "factor-two",
        number.maps(lambda item: item * 2),
        "{It} is twice too large: a factor 2 too many, or something counted twice.",
        "larger",
    ),
    DiagnosisRule(
        "factor-half",
        number.maps(lambda item: item / 2),
        "{It} is half of what it should be: a factor 2 is missing.",
        "smaller",
    ),
    DiagnosisRule(
        "accumulated",
        number.accumulated,
        "{It} is {k} times too large, as if the same thing had been added up {k} times: gradients "
        "add up from one backward pass to the next unless they are set to zero.",
        "larger",
    ),
    DiagnosisRule(
        "bessel",
        number.bessel,
        "{It} is a variance divided by {used}, with N = {n}: the other divisor is asked for.",
    ),
    DiagnosisRule(
        "log2",
        number.maps(lambda item: item / number.LN2),
        "{It} looks like a logarithm to base 2, where the natural one is asked for.",
        "log",
    ),
    DiagnosisRule(
        "log10",
        number.maps(lambda item: item / number.LN10),
        "{It} looks like a logarithm to base 10, where the natural one is asked for.",
        "log",
    ),
    DiagnosisRule(
        "natural-log",
        number.log_of_other_base,
        "{It} looks like a natural logarithm, where another base is asked for.",
        "log",
    ),
    DiagnosisRule(
        "squared", number.maps(number.square), "{It} is squared, and the root is asked for."
    ),
    DiagnosisRule(
        "rooted", number.maps(number.root), "{It} is a square root, and the square is asked for."
    ),
    DiagnosisRule(
        "probability",
        number.bends(number.exp_of_minus),
        "{It} looks like a probability, where its negative logarithm is asked for.",
    ),
    DiagnosisRule(
        "exponentiated", number.bends(number.exp), "{It} has one `exp` too many, or lacks a `log`."
    ),
    DiagnosisRule(
        "logged", number.bends(number.log), "{It} has one `log` too many, or lacks an `exp`."
    ),
    DiagnosisRule(
        "softmax-twice",
        number.softmax_twice,
        "{It} looks like softmax applied twice, over axis {axis}.",
    ),
    DiagnosisRule(
        "sigmoid-twice", number.bends(number.sigmoid), "{It} looks like one sigmoid too many."
    ),
    DiagnosisRule("off-by-one", number.off_by_one, "{It} is {words}."),
    DiagnosisRule(
        "percent",
        number.percent,
        "{It} is 100 times too large: a percentage where a fraction is asked for.",
        "larger",
    ),
    DiagnosisRule(
        "fraction",
        number.fraction,
        "{It} is 100 times too small: a fraction where a percentage is asked for.",
        "smaller",
    ),
    DiagnosisRule(
        "truncated",
        number.truncated,
        "{It} has lost its fraction: an integer dtype or `//` cuts it off.",
    ),
    DiagnosisRule(
        "low-precision",
        number.rounded_low,
        "{It} has no more precision than {dtype}: it was rounded on the way.",
    ),
    DiagnosisRule(
        "offset",
        number.constant_offset,
        "{It} is off by the same amount in every element: a term was added or left out, "
        "such as a bias or a regulariser.",
        fallback=True,
    ),
    DiagnosisRule(
        "scaled",
        number.constant_factor,
        "{It} is off by the same factor in every element: {factor} times what it should be.",
        fallback=True,
    ),
)
"""In order. Add a misconception by adding a row."""

FAMILIES: dict[str, tuple[str, str]] = {
    "larger": (
        "too-large",
        (
            "{It} is {factor} times too large: summed where a mean is asked for, added up several "
            "times, or multiplied by a factor too many."
        ),
    ),
    "smaller": (
        "too-small",
        (
            "{It} is {factor} times too small: averaged where a sum is asked for, or a factor is "
            "missing."
        ),
    ),
    "log": ("log-base", "{It} looks like a logarithm to another base than the one asked for."),
}
"""A slug and words for what the rules of a family share; said when several of them fit."""
