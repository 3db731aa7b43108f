"""How the findings of `author test` are printed: as text, JSON and JUnit XML."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree as ET

from tutor.authoring.proofs import Proof
from tutor.authoring.remarks import Remark, count
from tutor.authoring.test import Report
from tutor.course.models import Read
from tutor.errors import UsageError


def print_report(report: Report, *, as_json: bool) -> None:
    """Print the findings, one a line and a summary, or one JSON object."""
    if as_json:
        print(json.dumps(as_data(report)))
        return
    for remark in report.remarks:
        print(remark)
    for reason, many in Counter(proof.skipped for proof in report.skipped).items():
        print(f"skipped: {count(many, 'step')}: {reason}")
    if report.notes:
        print(
            f"not provable: {count(len(report.notes), 'mistake')} named only by an exception "
            "(`--json` lists them)."
        )
    found = count(len(report.remarks), "finding") if report.remarks else "nothing found"
    print(
        f"{count(report.lessons, 'lesson')}, {count(exercises(report), 'exercise')}, "
        f"{count(report.runs, 'run')} in {report.seconds:.0f} s: {found}."
    )


def exercises(report: Report) -> int:
    """How many exercises were proved, each framework's by itself."""
    return sum(
        not isinstance(proof.subject.step, Read) and not proof.skipped for proof in report.proofs
    )


def as_data(report: Report) -> dict[str, object]:
    """The report as JSON has it."""
    return {
        "findings": [asdict(remark) for remark in report.remarks],
        "skipped": [
            {
                "step": proof.subject.name,
                "framework": proof.subject.framework,
                "reason": proof.skipped,
            }
            for proof in report.skipped
        ],
        "not_provable": report.notes,
        "lessons": report.lessons,
        "exercises": exercises(report),
        "runs": report.runs_in,
        "seconds": round(report.seconds, 1),
    }


def write_junit(report: Report, path: Path) -> None:
    """Write JUnit XML: a case for each step, framework and device.

    Raises:
        UsageError: The file cannot be written.
    """
    skipped = len(report.skipped)
    suite = ET.Element("testsuite", name="fwtutor author test", errors="0")
    told: set[Remark] = set()
    failures = 0
    for proof in report.proofs:
        case = ET.SubElement(suite, "testcase", _case(proof))
        if proof.skipped:
            ET.SubElement(case, "skipped", message=proof.skipped)
        told.update(proof.remarks)
        failures += _fail(case, proof.remarks)
    rest = [remark for remark in report.remarks if remark not in told]
    if rest:
        case = ET.SubElement(suite, "testcase", classname="lessons", name="as a whole")
        failures += _fail(case, rest)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(failures))
    suite.set("skipped", str(skipped))
    suite.set("time", f"{report.seconds:.1f}")
    try:
        ET.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}.") from None


def _case(proof: Proof) -> dict[str, str]:
    subject = proof.subject
    device = f" on {proof.ran_on}" if proof.ran_on else ""
    return {
        "classname": subject.lesson.lesson,
        "name": f"{subject.name} [{subject.framework}]{device}",
        "file": subject.document.name,
        "line": str(subject.document.place(subject.keys).line),
    }


def _fail(case: ET.Element, remarks: list[Remark]) -> int:
    """Add one failure that says all of them; how many were added."""
    if not remarks:
        return 0
    first = remarks[0].message
    failure = ET.SubElement(case, "failure", message=first, type=remarks[0].rule)
    failure.text = "\n".join(map(str, remarks))
    return 1
