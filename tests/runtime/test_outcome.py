"""Facts into words."""

from __future__ import annotations

import msgspec
import pytest

from tutor.runtime import outcome
from tutor.runtime.job import MIB, Job, Limits, Outcome

CONTEXT = outcome.Context(framework="torch", executable="/opt/python")

CRASH = """Fatal Python error: Segmentation fault

Current thread 0x00007f (most recent call first):
  File "/v/lib/python3.11/site-packages/torch/_ops.py", line 5 in call
  File "/v/lib/python3.11/site-packages/numpy/core.py", line 9 in core
  File "answer.py", line 12 in loss
  File "answer.py", line 20 in <module>
"""


def words(**facts: object) -> str:
    return outcome.from_facts({"device": "cpu", **facts}, b"", CONTEXT).words


def test_a_crash_names_the_library_and_the_line() -> None:
    text = words(how="crashed", signal=11, crash=CRASH)
    assert "a segmentation fault inside torch, called from line 12 of your code" in text


def test_a_crash_that_left_no_report_names_nothing() -> None:
    text = words(how="crashed", signal=7, crash="")
    assert "a bus error." in text and "inside" not in text


@pytest.mark.parametrize(("number", "part"), [(9, "`dmesg`"), (15, "SIGTERM"), (99, "signal 99")])
def test_other_signals(number: int, part: str) -> None:
    assert part in words(how="crashed", signal=number, crash="")


def test_who_ran_out_of_memory() -> None:
    assert "the kernel killed the code" in words(how="out-of-memory", by_kernel=True)
    event = outcome.from_facts({"how": "out-of-memory", "memory": 5000 * MIB}, b"", CONTEXT)
    job = Job(framework="torch", blocks=(), limits=Limits(memory=4096 * MIB))
    assert "5,000 MiB of memory, more than its limit of 4,096 MiB" in (
        outcome.with_limits(event, job).words
    )


def test_a_package_that_pip_calls_otherwise() -> None:
    failure = {"what": "packages", "missing": ["sklearn", "optax"]}
    text = words(how="not-started", failure=failure)
    assert "`/opt/python -m pip install scikit-learn optax`" in text


def test_a_report_that_cannot_be_read() -> None:
    event = outcome.from_facts({"how": "finished"}, b"[[{]]", CONTEXT)
    assert event.how == "exited" and event.results == () and "could not be read" in event.words


def test_every_way_to_end_has_words() -> None:
    hows = msgspec.json.schema(Outcome)["$defs"]["Outcome"]["properties"]["how"]["enum"]
    for how in hows:
        if how in ("finished", "raised", "host-lost", "crashed"):
            continue  # the first says nothing; the others are tested by what they carry
        text = words(how=how)
        assert text.endswith((".", ")")) and text[0].isupper(), how
    assert outcome.host_lost("jax", -9).words.startswith("The process that holds JAX is gone")
