"""The page on mistakes: each right and wrong expression runs, and is told as the page says."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.runtime.hosts import FRAMEWORKS, run, session_loop
from tutor.course.catalogue import shipped
from tutor.grading.arrays import array_of
from tutor.grading.checks import CheckSpec, grade_code
from tutor.grading.compare import Rules, compare
from tutor.grading.typed import grade_value
from tutor.grading.values import Raised, Value
from tutor.runtime.host import Host
from tutor.session.plan import SHAPES, sizes_in

pytestmark = session_loop

PAGE = Path(shipped()) / "MISTAKES.md"
SIZES = (3, 4, 12)
"""Of the page's `x`: what a lesson's inputs or tensors would give."""
LOOSE = Rules(rtol=1e-3, atol=1e-6, ignore=("dtype", "device"), liberal=True)
"""Between frameworks."""


@cache
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def blocks(framework: str) -> str:
    found = dict(
        re.findall(
            r"^```(torch|jax|tensorflow|python)\n(.*?)^```", page(), re.MULTILINE | re.DOTALL
        )
    )
    return f"{found[framework]}\n{found['python']}"


@cache
def rows() -> list[tuple[str, str, str, str]]:
    """The mistake, right, wrong, and the diagnosis: `yours` for none."""
    table = page().partition("| mistake |")[2]
    found = re.findall(
        r"^\| (.+?) \| `(.+?)` \| `(.+?)` \| `?([a-z0-9-]+)`? \|$", table, re.MULTILINE
    )
    assert len(found) == len(re.findall(r"^\| [^|-]", table, re.MULTILINE)), (
        "a row that cannot be read"
    )
    return found


_values: dict[str, list[tuple[Value, Value]]] = {}


async def values(host: Host) -> list[tuple[Value, Value]]:
    """Per row, the right value and the wrong one."""
    if host.framework not in _values:
        probes = [probe for _, right, wrong, _ in rows() for probe in (right, wrong)]
        ran = await run(host, blocks(host.framework), *probes, limits={"seconds": 120})
        assert ran.outcome.how == "finished", ran.outcome.words
        found = iter(ran.outcome.results[0])
        _values[host.framework] = list(zip(found, found, strict=True))
    return _values[host.framework]


@pytest.fixture(params=FRAMEWORKS)
def host(request: pytest.FixtureRequest) -> Host:
    return request.getfixturevalue(request.param)


async def test_each_mistake_is_told_as_the_page_says(host: Host) -> None:
    faults: list[str] = []
    for (mistake, right, wrong, told), (expected, got) in zip(
        rows(), await values(host), strict=True
    ):
        for expression, value in ((right, expected), (wrong, got)):
            if isinstance(value, Raised):
                faults.append(f"{mistake}: `{expression}` raised {value.type}: {value.message}")
        spec = CheckSpec(label="f(x)")
        verdict = grade_code([spec], [[expected]], [[got]], [[None]], sizes=SIZES)
        if verdict.verdict != "fail":
            faults.append(f"{mistake}: {verdict.verdict}")
        elif told not in ("yours", verdict.diagnosis):
            faults.append(f"{mistake}: {verdict.diagnosis}: {verdict.message}")
    assert not faults, "\n".join(faults)


async def test_a_mistake_of_the_authors_is_told_first(host: Host) -> None:
    for (mistake, _, _, told), (expected, got) in zip(rows(), await values(host), strict=True):
        array = array_of(got)
        if told != "yours" or array is None or len(array.items) != 1:
            continue
        said = f"That is {mistake}."
        typed = f"{array.items[0]:.6g}"
        form = "number"
        verdict = grade_value(expected, typed, form, mistakes=[(got, said)], sizes=SIZES)
        assert (verdict.diagnosis, verdict.message) == ("author", said)


@pytest.mark.parametrize("other", ["jax", "tensorflow"])
async def test_frameworks_agree(other: str, request: pytest.FixtureRequest) -> None:
    ours = await values(request.getfixturevalue("torch"))
    theirs = await values(request.getfixturevalue(other))
    for (mistake, *_), pair, twin in zip(rows(), ours, theirs, strict=True):
        for one, two in zip(pair, twin, strict=True):
            difference = compare(one, two, LOOSE)
            # Half precision rounds alike; what is infinite is so everywhere.
            assert difference is None or difference.kind == "kind", (mistake, difference)


GIVEN = {
    "torch": "import torch\nx = torch.ones(8, 3)\nm = torch.nn.Linear(5, 7)\nn = 4",
    "jax": "import jax.numpy as jnp, numpy as np\nfrom jax.numpy import *\nx = jnp.ones((8, 3))",
    "tensorflow": "import tensorflow as tf\nx = tf.ones((8, 3))\nt = tf.Tensor",
}


async def test_the_sizes_of_a_lessons_tensors_are_known(host: Host) -> None:
    ran = await run(host, GIVEN[host.framework], "float(x[0, 0]) / 8", SHAPES)
    expected, shapes = ran.outcome.results[0]
    assert {3, 8, 24} <= set(sizes_in(shapes)), shapes
    verdict = grade_value(expected, "1", "number", sizes=sizes_in(shapes))
    assert verdict.diagnosis == "scaled-by-n"
    assert "8 times too large" in verdict.message
