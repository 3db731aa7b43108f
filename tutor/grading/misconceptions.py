"""The general misconceptions that a wrong answer gives away: one row each, in order.

A row says what was seen and never the right answer; naming a factor is fine. To add one, write its
function in ``mistakes_of_shape`` or ``mistakes_of_number`` and its row here.
"""

from __future__ import annotations

from tutor.grading import mistakes_in_part as part
from tutor.grading import mistakes_of_number as number
from tutor.grading import mistakes_of_shape as shape
from tutor.grading.case import DiagnosisRule

_SHAPES: tuple[DiagnosisRule, ...] = (
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
    DiagnosisRule("reversed", shape.reversed_axis, "{It} {backwards}."),
    DiagnosisRule("shifted", part.shifted, "{It} comes one place too {way} along axis {axis}."),
    DiagnosisRule("keepdims", shape.keepdims, "{It} has the right values, and {what}."),
    DiagnosisRule("stacked", shape.stacked, "{It} has the right elements, and {what}."),
    DiagnosisRule(
        "cut-short",
        part.cut_short,
        "{It} has only {many} along axis {axis}: they are right, the {end} ones, and more belong "
        "there.",
    ),
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
)
"""The right elements in the wrong places."""

_NUMBERS: tuple[DiagnosisRule, ...] = (
    DiagnosisRule(
        "all-zeros", number.all_zero, "{It} is {zeros}, and it should not be.", each=True
    ),
    DiagnosisRule(
        "sign",
        number.sign_flipped,
        "{It} has the right size and the opposite sign.",
        each=True,
    ),
    DiagnosisRule(
        "conjugate",
        number.conjugated,
        "{It} is the complex conjugate of the answer.",
        each=True,
    ),
    DiagnosisRule(
        "absolute", number.absolute, "{It} has lost its signs: every element is positive."
    ),
    DiagnosisRule(
        "scaled-by-n",
        number.times_n,
        "{It} is {n} times too large: that is a sum where a mean is asked for.",
        family="larger",
        each=True,
    ),
    DiagnosisRule(
        "divided-by-n",
        number.over_n,
        "{It} is {n} times too small: that is a mean where a sum is asked for.",
        family="smaller",
        each=True,
    ),
    DiagnosisRule(
        "factor-two",
        number.maps(lambda item: item * 2),
        "{It} is twice too large: a factor 2 too many, or something counted twice.",
        family="larger",
        each=True,
    ),
    DiagnosisRule(
        "factor-half",
        number.maps(lambda item: item / 2),
        "{It} is half of what it should be: a factor 2 is missing.",
        family="smaller",
        each=True,
    ),
    DiagnosisRule(
        "accumulated",
        number.accumulated,
        "{It} is {k} times too large, as if the same thing had been added up {k} times. In PyTorch "
        "gradients are, from one backward pass to the next, until they are set to zero.",
        family="larger",
        each=True,
    ),
    DiagnosisRule(
        "bessel",
        number.bessel,
        "{It} is a {statistic} that divides by {used}, with N = {n}: the other divisor is asked "
        "for.",
    ),
    DiagnosisRule(
        "log2",
        number.maps(lambda item: item / number.LN2),
        "{It} looks like a logarithm to base 2, where the natural one is asked for.",
        family="log",
        each=True,
    ),
    DiagnosisRule(
        "log10",
        number.maps(lambda item: item / number.LN10),
        "{It} looks like a logarithm to base 10, where the natural one is asked for.",
        family="log",
        each=True,
    ),
    DiagnosisRule(
        "natural-log",
        number.log_of_other_base,
        "{It} looks like a natural logarithm, where another base is asked for.",
        family="log",
        each=True,
    ),
    DiagnosisRule(
        "squared",
        number.maps(number.square),
        "{It} is squared, and the root is asked for.",
        each=True,
    ),
    DiagnosisRule(
        "rooted",
        number.maps(number.root),
        "{It} is a square root, and the square is asked for.",
        each=True,
    ),
    DiagnosisRule(
        "probability",
        number.bends(number.exp_of_minus),
        "{It} looks like a probability, where its negative logarithm is asked for.",
        each=True,
    ),
    DiagnosisRule(
        "exponentiated",
        number.bends(number.exp),
        "{It} has one `exp` too many, or lacks a `log`.",
        each=True,
    ),
    DiagnosisRule(
        "logged",
        number.bends(number.log),
        "{It} has one `log` too many, or lacks an `exp`.",
        each=True,
    ),
    DiagnosisRule(
        "softmax-twice",
        number.softmax_twice,
        "{It} looks like softmax applied twice, over axis {axis}.",
    ),
    DiagnosisRule(
        "sigmoid-twice",
        number.bends(number.sigmoid),
        "{It} looks like one sigmoid too many.",
        each=True,
    ),
    DiagnosisRule(
        "sigmoid-twice-in-loss",
        part.sigmoid_twice_in_loss,
        "{It} looks like a loss of probabilities where it takes logits: one sigmoid too many.",
    ),
    DiagnosisRule(
        "uncorrected",
        number.uncorrected,
        "{It} is 3.16 times too large, as Adam's first step is without its bias correction.",
    ),
    DiagnosisRule(
        "dropout-on",
        part.dropout_on,
        "{It} has zeros where none belong, and the rest is scaled up by one factor: dropout with "
        "a rate of {rate}, still in training mode.",
    ),
    DiagnosisRule(
        "dropout-off",
        part.dropout_off,
        "{It} lacks the zeros of dropout, and the scale of what it keeps.",
    ),
    DiagnosisRule("off-by-one", number.off_by_one, "{It} is {words}.", each=True),
    DiagnosisRule(
        "floor-or-truncation",
        part.floor_or_truncation,
        "{It} rounds negative numbers {direction}, and the other way is asked for: `floor` and "
        "`//` go down, `trunc` and integer casts go towards zero.",
    ),
    DiagnosisRule(
        "log-clipped",
        part.log_clipped,
        "{It} stops at {cap}: the probability was clipped before its logarithm was taken. "
        "A loss that takes logits needs no clipping.",
    ),
    DiagnosisRule(
        "percent",
        number.percent,
        "{It} is 100 times too large: a percentage where a fraction is asked for.",
        family="larger",
        each=True,
    ),
    DiagnosisRule(
        "fraction",
        number.fraction,
        "{It} is 100 times too small: a fraction where a percentage is asked for.",
        family="smaller",
        each=True,
    ),
    DiagnosisRule(
        "truncated",
        number.truncated,
        "{It} has lost its fraction: an integer dtype or `//` cuts it off.",
        family="whole",
        each=True,
    ),
    DiagnosisRule("rounded", number.rounded, "{It} is rounded to whole numbers.", family="whole"),
    DiagnosisRule(
        "low-precision",
        number.rounded_low,
        "{It} has no more precision than {dtype}: it was rounded on the way.",
    ),
    DiagnosisRule(
        "regrouped",
        shape.regrouped,
        "{It} has the right elements in the right order, in shape {shape}.",
        fallback=True,
    ),
    DiagnosisRule(
        "repeated",
        part.repeated,
        "{It} has the same numbers in all {n} rows, and the rows should differ: one random key or "
        "seed for all of them, or one row broadcast over the others.",
        fallback=True,
    ),
    DiagnosisRule(
        "one-slice",
        part.one_slice,
        "{It} is right everywhere but at index {index} of axis {axis}.",
        fallback=True,
    ),
    DiagnosisRule(
        "shuffled", part.shuffled, "{It} has the right elements in another order.", fallback=True
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
"""Elements that are wrong themselves, alike or in part."""

RULES: tuple[DiagnosisRule, ...] = (*_SHAPES, *_NUMBERS)
"""In order. Add a misconception by adding a row above."""

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
    "whole": ("truncated", "{It} has lost its fraction: it is a whole number."),
    "log": ("log-base", "{It} looks like a logarithm to another base than the one asked for."),
}
"""A slug and words for what the rules of a family share; said when several of them fit."""
