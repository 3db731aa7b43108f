"""The lessons that ship, as learners would do them: `author test` finds nothing in any of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio

from tutor.authoring.proofs import Effort
from tutor.authoring.subjects import select
from tutor.authoring.test import Report, run_tests
from tutor.course.catalogue import Catalogue, shipped

COURSE = Catalogue.open(shipped(), None)
EFFORT = Effort.asked(sets=1, repeats=1)
"""One of the sets of seeds, once; `fwtutor author test` takes all four, and the first twice."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """All of them at once: their programs share four warm hosts."""
    selection = select([str(shipped())])
    assert not selection.remarks
    return await run_tests(selection, effort=EFFORT, home=tmp_path_factory.mktemp("home"))


def test_the_course_has_no_findings() -> None:
    assert COURSE.findings == ()
    assert len(COURSE.lessons) >= 6


@pytest.mark.timeout(1800)
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("lesson", list(COURSE.lessons))
async def test_lesson(report: Report, lesson: str) -> None:
    name = Path(COURSE.lessons[lesson].path).name
    found = [str(remark) for remark in report.remarks if Path(remark.path).name == name]
    assert not found, "\n" + "\n".join(found)
    proofs = [proof for proof in report.proofs if proof.subject.lesson.lesson == lesson]
    # Every step in every framework was proved, but where this machine lacks what it needs.
    expected = sum(len(step.frameworks) for step in COURSE.lessons[lesson].steps)
    assert len({(proof.subject.name, proof.subject.framework) for proof in proofs}) == expected
    assert all(proof.ran_on for proof in proofs if proof.values is not None)


@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_is_skipped_that_this_machine_has(report: Report) -> None:
    here = {proof.subject.framework for proof in report.proofs if proof.ran_on}
    lacking = [proof for proof in report.skipped if proof.subject.framework in here]
    for proof in lacking:
        step = proof.subject.step
        needs = getattr(step, "needs", None)
        assert needs is not None, f"{proof.subject.name} was skipped: {proof.skipped}"
        assert needs.device or needs.packages, proof.skipped


def test_lessons_folder_is_the_shipped_one() -> None:
    assert shipped() == Path(__file__).parents[1] / "lessons"
