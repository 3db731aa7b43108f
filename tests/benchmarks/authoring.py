"""The author's bench: `author lint` on a thousand lessons, `author test` against cold Pythons."""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.place import ROOT, temporary
from tests.benchmarks.rows import Bound, Row
from tutor.course.catalogue import Catalogue, shipped
from tutor.course.models import Code

RUNS = 3
LESSONS = 1_000
CORES = 2
COLD_PROGRAMS = 4
"""Solutions of each framework that are run cold; their median stands for the others."""

ON_CORES = (
    "import os, sys; cores = sorted(os.sched_getaffinity(0))[:{cores}]; "
    "os.sched_setaffinity(0, cores); from tutor.cli import main; sys.exit(main(sys.argv[1:]))"
)


def lint_rows() -> list[Row]:
    """`author lint` on a course of a thousand lessons, each as long as those that ship."""
    with temporary("lint") as folder:
        course = thousand_lessons(folder)
        seconds: list[float] = []
        for _ in range(RUNS):
            began = time.perf_counter()
            done = _python(
                ["-c", ON_CORES.format(cores=CORES), "author", "lint", str(course)], folder
            )
            seconds.append(time.perf_counter() - began)
            assert done.returncode in (0, 1), done.stderr
    summary = done.stdout.strip().splitlines()[-1]
    assert summary.startswith(f"{LESSONS:,} lessons"), summary
    megabytes = sum(path.stat().st_size for path in _lesson_files()) * LESSONS / 6e6
    return [
        Row(
            name=f"author lint, {LESSONS:,} lessons on {CORES} cores",
            ours=statistics.median(seconds),
            unit="s",
            bound=Bound("value", 5),
            note=f"{megabytes:.0f} MB of YAML",
        )
    ]


def thousand_lessons(folder: Path) -> Path:
    """Copies of the shipped lessons under ids of their own, in one track."""
    course = folder / "course"
    (course / "main").mkdir(parents=True)
    files = _lesson_files()
    names: list[str] = []
    for number in range(LESSONS):
        source = files[number % len(files)]
        old = source.stem.partition("-")[2]
        names.append(f"{old}-{number}")
        text = source.read_text(encoding="utf-8")
        text = text.replace(f"lesson: {old}", f"lesson: {names[-1]}", 1)
        text = text.replace("track: foundations", "track: main", 1)
        text = "\n".join(line for line in text.split("\n") if not line.startswith("requires:"))
        (course / "main" / f"{number:03}-{names[-1]}.yaml").write_text(text, encoding="utf-8")
    tracks = f"tracks: [{{id: main, title: Main, lessons: [{', '.join(names)}]}}]\n"
    (course / "course.yaml").write_text(f"course: long\ntitle: Long\n{tracks}", encoding="utf-8")
    return course


def _lesson_files() -> list[Path]:
    return sorted(shipped().glob("foundations/*.yaml"))


def proof_rows() -> list[Row]:
    """`author test` on the course that ships, against a cold Python for each program that it ran."""
    with temporary("author-test") as folder:
        began = time.perf_counter()
        done = _python(["-m", "tutor", "author", "test", str(shipped()), "--json"], folder)
        ours = time.perf_counter() - began
        report = json.loads(done.stdout)
        runs: dict[str, int] = report["runs"]
        cold = {name: _cold(name, folder) for name in runs}
    skipped = [name for name in runs if importlib.util.find_spec(name) is None]
    found = len(report["findings"])
    return [
        Row(
            name="author test, the course that ships",
            ours=ours,
            unit="s",
            peer=sum(cold[name] * many for name, many in runs.items()),
            peer_name="cold python, one after another",
            bound=Bound("speedup", 10),
            note=f"{sum(runs.values()):,} programs; cold: "
            + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in cold.items())
            + (f"; {found} found" if found else "")
            + (f"; without {', '.join(skipped)}" if skipped else ""),
        )
    ]


def _cold(framework: str, folder: Path) -> float:
    """Seconds of `python file.py` for a solution: its imports and definitions, without checks."""
    catalogue = Catalogue.open(shipped(), None)
    programs = [
        (variant.setup or "") + "\n" + variant.solution
        for lesson in catalogue.lessons
        for step in catalogue.lesson(lesson).steps
        if isinstance(step, Code) and not step.needs.packages
        for name, variant in step.variants.items()
        if name == framework
    ]
    seconds: list[float] = []
    for program in programs[:COLD_PROGRAMS]:
        # Inputs are left out, and so is all that reads them: the cold Python is flattered.
        source = f"import {framework}\n{program}"
        path = folder / "program.py"
        path.write_text(source, encoding="utf-8")
        began = time.perf_counter()
        _python([str(path)], folder)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def _python(words: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "FWTUTOR_HOME": str(home / "home")}
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, env=env, check=False
    )
