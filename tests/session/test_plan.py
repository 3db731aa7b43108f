"""From a step and an answer to a job."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tutor.course.models import Choose, Code, Measure, Order, Read, Value
from tutor.grading.compare import literal
from tutor.grading.values import Number, Raised
from tutor.runtime.job import Job
from tutor.session.plan import (
    MOST_SIZES,
    SEED_SETS,
    SHAPES,
    choose_job,
    code_job,
    fingerprint,
    measure_job,
    order_job,
    read_job,
    seeds_for,
    sizes_in,
    solution_job,
    split_checks,
    value_job,
)


def step(kind: type[Any], **fields: Any) -> Any:
    return msgspec.convert({"id": "a", "ask": "?", **fields}, kind)


def blocks(job: Job) -> list[tuple[str, str]]:
    return [(block.name, block.source) for block in job.blocks]


def number(value: int) -> Number:
    return Number(kind="int", text=str(value))


def test_seeds_take_turns() -> None:
    assert seeds_for(0, 3) == (0, 1, 2)
    assert seeds_for(1, 3) == (3, 4, 5)
    assert seeds_for(SEED_SETS, 3) == seeds_for(0, 3)
    together = {seed for tries in range(SEED_SETS) for seed in seeds_for(tries, 3)}
    assert len(together) == 3 * SEED_SETS, "no two sets share a seed"


def test_a_value_is_probed_after_its_code_with_its_mistakes() -> None:
    made = step(
        Value,
        setup="s = 1",
        given={"torch": "g = 2", "jax": "g = 3"},
        answer="g + s",
        mistakes=[{"probe": "g", "say": "-"}, {"answer": "9", "say": "-"}],
        seconds=3,
        needs={"packages": ["optax"]},
    )
    job = value_job(made, "jax")
    assert blocks(job) == [("setup", "s = 1"), ("given", "g = 3")]
    assert job.probes == ("g + s", "g", SHAPES), "a mistake typed as an answer needs no probe"
    assert (job.limits.seconds, job.packages, job.framework) == (3, ("optax",), "jax")


def test_the_cpu_as_many_devices() -> None:
    program = {"starter": "f = 1", "solution": "f = 2"}
    option = {"text": "a", "right": "x", "why": "-"}
    needs: dict[str, Any] = {"needs": {"devices": 8}}
    page = msgspec.convert({"text": "-", "given": "x = 1", **needs}, Read)
    value = step(Value, answer="1", **needs)
    code = step(Code, variants={"jax": program}, checks=[{"that": "f"}], **needs)
    order = step(Order, lines=["a = 1", "b = a"], checks=[{"that": "b"}], **needs)
    choice = step(Choose, given="x = True", options=[option, option], **needs)
    measure = step(Measure, given="r = {}", results="r", answer="1", **needs)
    jobs = [
        read_job(page, "jax"),
        value_job(value, "jax"),
        code_job(code, "jax", "f = 3", (0,), checked=True),
        solution_job(code, "jax", (0,)),
        solution_job(order, "jax", (0,)),
        choose_job(choice, "jax"),
        measure_job(measure, "jax"),
    ]
    assert [job.device for job in jobs if job] == ["cpu*8"] * 7
    assert value_job(step(Value, answer="1"), "jax").device == "auto"


def test_the_sizes_of_a_values_tensors() -> None:
    assert sizes_in(literal([[8, 3], [], [1, 8], [0]])) == (3, 8, 24)
    assert sizes_in(literal([])) == ()
    assert sizes_in(Raised(type="TypeError", bases=(), message="")) == ()
    many = [[size] for size in range(2, 3 + MOST_SIZES)]
    assert sizes_in(literal(many)) == (), "some of so many would explain anything"


def test_reading_and_choosing() -> None:
    read = msgspec.convert({"text": "t", "given": "g = 1", "seconds": 2}, Read)
    job = read_job(read, "torch")
    assert (blocks(job), job.probes, job.limits.seconds) == ([("given", "g = 1")], (), 2)
    settled = [{"text": "a", "why": "-", "right": True}, {"text": "b", "why": "-"}]
    assert choose_job(step(Choose, options=settled), "torch") is None
    live = [{"text": "a", "why": "-", "right": "x > 1"}, *settled]
    job = choose_job(step(Choose, options=live, given="x = 1"), "torch")
    assert job is not None
    assert job.probes == ("x > 1",)


CODE = {
    "inputs": {"x": "normal(3)"},
    "seeds": 2,
    "compile_cache": False,
    "variants": {
        "torch": {"starter": "-", "solution": "def f(x): return x", "setup": "import torch"},
        "jax": {"starter": "-", "solution": "y = x + 1"},
    },
    "checks": [{"that": "f(x)", "equals": "g(x)"}, {"that": "h"}],
}


def test_the_solution_differs_from_an_answer_in_one_block() -> None:
    made = step(Code, **CODE)
    own = code_job(made, "torch", "def f(x): return 2 * x", (4, 5), checked=True)
    right = solution_job(made, "torch", (4, 5))
    assert blocks(own)[0] == blocks(right)[0] == ("setup", "import torch")
    assert blocks(own)[1][0] == blocks(right)[1][0] == "answer"
    assert msgspec.structs.replace(own, blocks=right.blocks) == right
    assert own.probes == ("f(x)", "g(x)", "h")
    assert (own.seeds, own.rerun, own.compile_cache) == ((4, 5), False, False)
    assert code_job(made, "torch", "", (4, 5), checked=False).probes == ()


def test_code_that_reads_inputs_at_top_level_runs_for_each_seed() -> None:
    assert solution_job(step(Code, **CODE), "jax", (0, 1)).rerun


def test_without_inputs_one_seed_is_enough() -> None:
    made = step(Code, **{**CODE, "inputs": {}})
    assert code_job(made, "torch", "", (4, 5), checked=True).seeds == (4,)


def test_lines_become_a_program() -> None:
    made = step(Order, lines=["  a = 1", "  b = a"], setup="s = 0", checks=[{"that": "b"}])
    assert blocks(order_job(made, "torch", ["  b = 1"]))[1] == ("answer", "b = 1")
    assert blocks(solution_job(made, "torch", (0,)))[1] == ("answer", "a = 1\nb = a")


@pytest.mark.parametrize("options", [False, True])
def test_a_measurement_is_probed_in_one_run(options: bool) -> None:
    fields: dict[str, Any] = {"given": "r = {}", "results": "r"}
    if options:
        fields["options"] = [
            {"text": "a", "why": "-", "right": "r > 1"},
            {"text": "b", "why": "-", "right": False},
        ]
        wanted = ("r", "r > 1")
    else:
        fields.update(answer="len(r)", mistakes=[{"probe": "r[0]", "say": "-"}])
        wanted = ("r", "len(r)", "r[0]")
    assert measure_job(step(Measure, **fields), "torch").probes == wanted


def test_results_are_split_by_check() -> None:
    checks = step(Code, **CODE).checks
    values, equals = split_checks(checks, [[number(1), number(2), number(3)]])
    assert values == [[number(1), number(3)]]
    assert equals == [[number(2), None]]


def test_a_fingerprint_changes_with_whatever_may_change_the_results() -> None:
    job = solution_job(step(Code, **CODE), "torch", (0, 1))
    others = [
        msgspec.structs.replace(job, seeds=(2, 3)),
        msgspec.structs.replace(job, device="cpu"),
        msgspec.structs.replace(job, probes=("f(x) ",)),
        msgspec.structs.replace(job, framework="jax"),
        msgspec.structs.replace(job, inputs={"x": "normal(4)"}),
    ]
    names = {fingerprint(one, "2.13", "host", "cpu") for one in (job, *others)}
    assert len(names) == 6
    assert fingerprint(job, "2.13", "host", "cpu") == fingerprint(job, "2.13", "host", "cpu")
    assert fingerprint(job, "2.13", "host", "cuda:0") != fingerprint(job, "2.13", "host", "cpu")
    assert fingerprint(job, "a", "bc") != fingerprint(job, "ab", "c")
