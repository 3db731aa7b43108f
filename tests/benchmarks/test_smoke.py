"""The table and the JSON, from figures that were not measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import place
from tests.benchmarks.rows import HEADS, Bound, Row, cells, table, write_json

ROWS = [
    Row("start", 120.0, "ms", 100.0, "minimal", Bound("ratio", 1.7)),
    Row("slow start", 180.0, "ms", 100.0, "minimal", Bound("ratio", 1.7)),
    Row("verdict", 20.0, "ms", 1000.0, "script", Bound("speedup", 30)),
    Row("key", 161.0, "B", 6520.0, "stock", Bound("value", 1000)),
    Row("host", 232.0, "MB", 210.0, "import", Bound("excess", 20)),
    Row("no peer", 10.0, "ms", None, "gone", Bound("ratio", 2), "it cannot be installed"),
    Row("only told", 5.0, "ms", 10.0, "cell"),
]


def within(row: Row) -> str:
    return cells(row)[HEADS.index("within")]


def test_each_bound() -> None:
    kept = {row.name: within(row) for row in ROWS}
    assert kept == {
        "start": "yes",
        "slow start": "NO",
        "verdict": "yes",
        "key": "yes",
        "host": "NO",
        "no peer": "not measured",
        "only told": "",
    }


def test_a_speed_up_is_how_many_times_faster() -> None:
    assert {row.name: row.ratio for row in ROWS}["verdict"] == 50


def test_a_bound_against_a_peer_needs_one() -> None:
    with pytest.raises(ValueError, match="needs a peer"):
        Bound("ratio", 2).holds(1.0, None)


def test_the_table_has_a_line_for_each_row() -> None:
    head, *lines = table(ROWS).splitlines()
    assert head.split() == list(HEADS)
    assert [line.partition("  ")[0] for line in lines] == [row.name for row in ROWS]
    assert "it cannot be installed" in lines[5]


def test_the_json_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "benchmarks.json"
    write_json(file, {"cpus": 4}, ROWS)
    read = json.loads(file.read_text(encoding="utf-8"))
    assert read["machine"] == {"cpus": 4}
    assert [row["name"] for row in read["rows"]] == [row.name for row in ROWS]
    assert [row["within"] for row in read["rows"]] == [row.within for row in ROWS]
    assert read["rows"][0]["bound"] == "≤ 1.7×"
    assert read["rows"][0]["ratio"] == 1.2


def test_an_unknown_name_is_a_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--only", "nothing"],
        check=False,
        cwd=place.ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert "there are startup, latency-torch" in done.stderr


def test_a_process_left_behind_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(place.MARK, "")
    place.mark()
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            assert f"{process.pid} sleep" in place.left_behind(seconds=0)
        finally:
            process.kill()
    assert os.environ[place.MARK] == str(os.getpid())
    assert place.left_behind(seconds=0) == []
