"""The record against kills, other processes, damage, and disks that take nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.errors import StateError
from tutor.progress import database
from tutor.progress.records import Attempt
from tutor.progress.store import Store

ROOT = Path(__file__).resolve().parents[2]
HERE = ("course", "lesson", "step", "torch")
FAILED = Attempt(
    course="course", lesson="lesson", step="step", framework="torch", answer="1", verdict="fail"
)


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a Python that runs `program` with the store imported."""
    source = "import os, sys\nfrom pathlib import Path\nfrom tutor.progress.store import Store\n"
    source += "from tutor.progress.records import Attempt\n" + textwrap.dedent(program)
    return subprocess.Popen(
        [sys.executable, "-c", source, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return out


# --- kills


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_every_save_that_returned_outlives_a_kill(
    tmp_path: Path, signal_number: signal.Signals
) -> None:
    process = start(
        """
        store = Store.open(Path(sys.argv[1]))
        number = 0
        while True:
            number += 1
            store.save_draft("course", "lesson", "step", "torch", f"{number}", number, 0)
            store.record(Attempt(course="course", lesson="lesson", step="step",
                                 framework="torch", answer=f"{number}", verdict="fail"))
            print(number, flush=True)
        """,
        tmp_path,
    )
    with process:
        assert process.stdout is not None
        for _ in range(200):
            process.stdout.readline()
        process.send_signal(signal_number)
        rest = process.stdout.read().split("\n")  # what it had said before it died
    assert process.returncode == -signal_number
    said = max((int(word) for word in rest[:-1] if word), default=200)

    store = Store.open(tmp_path)
    draft, attempts = store.draft(*HERE), store.attempts("course")
    store.close()
    assert store.notice == ""
    assert draft is not None
    # One more may have been saved than was said; the kill came between the two.
    assert int(draft.text) in {said, said + 1}
    assert draft.row == int(draft.text)
    assert [a.answer for a in attempts[:said]] == [f"{n}" for n in range(1, said + 1)]


# --- several processes at once


def test_two_processes_write_at_once_and_lose_nothing(tmp_path: Path) -> None:
    program = """
        store = Store.open(Path(sys.argv[1]))
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(300):
            store.save_draft("course", "lesson", sys.argv[2], "torch", f"{number}")
            store.save_draft("course", "lesson", "shared", "torch", sys.argv[2])
            store.take_hint("course", "lesson", "shared", "torch")
            store.record(Attempt(course="course", lesson="lesson", step=sys.argv[2],
                                 framework="torch", answer=f"{number}", verdict="fail"))
        assert store.saves
        store.close()
        """
    both = [start(program, tmp_path, name) for name in ("one", "two")]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        finish(process)
    store = Store.open(tmp_path)
    for name in ("one", "two"):
        answers = [a.answer for a in store.attempts("course", "lesson", name)]
        assert answers == [f"{n}" for n in range(300)]
        draft = store.draft("course", "lesson", name, "torch")
        assert draft is not None
        assert draft.text == "299"
    assert store.hints_taken("course", "lesson", "shared", "torch") == 600
    store.close()


OPEN_AT_ONCE = """
    sys.stdin.readline()
    store = Store.open(Path(sys.argv[1]))
    store.save_place("course", "lesson", "step", "torch")
    print(store.saves, store.notice, flush=True)
    store.close()
    """


def test_four_processes_make_the_record_at_once(tmp_path: Path) -> None:
    said = open_at_once(tmp_path / "data")
    assert said == ["True "] * 4


def test_four_processes_meet_a_damaged_record_and_set_it_aside_once(tmp_path: Path) -> None:
    (tmp_path / "record.sqlite").write_bytes(b"this is no database" * 100)
    said = open_at_once(tmp_path)
    assert sum("a fresh one was begun" in line for line in said) == 1
    assert all(line.startswith("True") for line in said)
    aside = list(tmp_path.glob("record.sqlite.corrupt-*"))
    assert [path.read_bytes() for path in aside] == [b"this is no database" * 100]


def open_at_once(folder: Path) -> list[str]:
    processes = [start(OPEN_AT_ONCE, folder) for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [finish(process).removesuffix("\n") for process in processes]


# --- damage


def garbage(path: Path, start_at: int) -> None:
    """Overwrite a file from a place on, as a failing disk would."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(start_at)
        file.write(b"\xa5" * (size - start_at))


def filled(folder: Path) -> Path:
    store = Store.open(folder)
    for number in range(200):
        store.record(Attempt(**{**FAILED.__dict__, "answer": f"{number}" * 100}))
    store.close()
    return folder / database.FILE


@pytest.mark.parametrize("start_at", [0, 100, 4096])
def test_a_damaged_record_is_moved_aside_and_a_fresh_one_begun(
    tmp_path: Path, start_at: int
) -> None:
    path = filled(tmp_path)
    garbage(path, start_at)
    damaged = path.read_bytes()

    store = Store.open(tmp_path)
    aside = tmp_path / "record.sqlite.corrupt-1"
    assert str(aside) in store.notice
    assert "nothing was deleted" in store.notice
    assert store.notice.count(".") < 5
    assert aside.read_bytes() == damaged
    assert store.attempts("course") == ()
    store.save_place(*HERE)
    store.close()

    again = Store.open(tmp_path)
    assert again.notice == ""
    assert again.place("course") is not None
    again.close()

    garbage(path, 0)
    Store.open(tmp_path).close()
    assert (tmp_path / "record.sqlite.corrupt-2").exists()
    assert aside.read_bytes() == damaged


def test_damage_met_while_the_tutor_runs_is_said_and_the_tutor_goes_on(tmp_path: Path) -> None:
    path = filled(tmp_path)
    store = Store.open(tmp_path)
    garbage(path, 4096)
    store._connection.execute("PRAGMA shrink_memory")  # as after a while of other work
    with pytest.raises(StateError, match="was damaged, so a fresh one was begun"):
        store.attempts("course")
    assert store.attempts("course") == ()
    store.save_draft(*HERE, "goes on")
    store.close()
    again = Store.open(tmp_path)
    draft = again.draft(*HERE)
    again.close()
    assert draft is not None
    assert (tmp_path / "record.sqlite.corrupt-1").exists()


def test_the_last_commits_of_a_damaged_record_are_kept_too(tmp_path: Path) -> None:
    process = start(
        """
        store = Store.open(Path(sys.argv[1]))
        store.save_draft("course", "lesson", "step", "torch", "only in the log")
        os.kill(os.getpid(), 9)
        """,
        tmp_path,
    )
    process.communicate(timeout=30)
    assert b"only in the log" in (tmp_path / "record.sqlite-wal").read_bytes()
    garbage(tmp_path / database.FILE, 0)
    store = Store.open(tmp_path)
    store.close()
    if store.notice:
        kept = b"".join(path.read_bytes() for path in tmp_path.glob("record.sqlite.corrupt-1*"))
        assert b"only in the log" in kept


# --- disks that take nothing


def test_a_folder_that_cannot_be_made_leaves_a_record_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Store.open(tmp_path / "file" / "data")
    assert "Nothing you do will be saved" in store.notice
    assert str(tmp_path / "file" / "data" / "record.sqlite") in store.notice
    assert "not a directory" in store.notice
    assert "FWTUTOR_HOME" in store.notice
    assert not store.saves
    store.save_draft(*HERE, "still works")
    store.record(FAILED)
    draft = store.draft(*HERE)
    assert draft is not None
    assert draft.text == "still works"
    assert len(store.attempts("course")) == 1
    store.close()


def test_a_folder_in_the_records_place_is_no_reason_to_stop(tmp_path: Path) -> None:
    (tmp_path / "record.sqlite").mkdir()
    store = Store.open(tmp_path)
    assert "Nothing you do will be saved" in store.notice
    store.save_draft(*HERE, "still works")
    store.close()
    assert (tmp_path / "record.sqlite").is_dir()


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that another user can walk down to; pytest's own are private."""
    with tempfile.TemporaryDirectory(prefix="fwtutor-test-") as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "data"
        yield folder
        folder.chmod(0o755)


def test_a_read_only_record_can_be_read_and_says_that_nothing_is_saved(
    public_folder: Path,
) -> None:
    path = filled(public_folder)
    path.chmod(0o444)
    public_folder.chmod(0o555)
    before = path.read_bytes()
    process = start(
        """
        if os.getuid() == 0:  # root may write anywhere: become nobody
            os.setgid(65534)
            os.setuid(65534)
        store = Store.open(Path(sys.argv[1]))
        print(store.saves, len(store.attempts("course")), store.notice)
        store.save_draft("course", "lesson", "step", "torch", "still works")
        print(store.draft("course", "lesson", "step", "torch").text)
        store.close()
        """,
        public_folder,
    )
    first, second = finish(process).splitlines()
    assert first.startswith("False 200 Nothing you do will be saved")
    assert str(path) in first
    assert second == "still works"
    assert path.read_bytes() == before


def fill_the_disk(store: Store) -> None:
    """Let the file grow no further, as a full disk would."""
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")


def make_room(store: Store) -> None:
    store._connection.execute("PRAGMA max_page_count = 1000000")


def test_a_full_disk_is_said_once_and_nothing_is_lost_when_it_empties(tmp_path: Path) -> None:
    path = filled(tmp_path)
    store = Store.open(tmp_path)
    store.save_draft(*HERE, "before")
    fill_the_disk(store)
    big = "x" * 500_000
    with pytest.raises(StateError, match=r"cannot be written \(the disk is full\)") as caught:
        store.save_draft(*HERE, big)
    assert str(path) in str(caught.value)
    assert not store.saves

    store.save_draft(*HERE, big + "1")  # said once: from here on it is quiet
    store.record(Attempt(**{**FAILED.__dict__, "answer": big}))
    assert store.take_hint(*HERE) == 1
    draft = store.draft(*HERE)
    assert draft is not None
    assert draft.text == big + "1"
    assert len(store.attempts("course")) == 201

    on_disk = Store.open(tmp_path)
    kept = on_disk.draft(*HERE)
    on_disk.close()
    assert kept is not None
    assert kept.text == "before"

    make_room(store)
    store.mark_seen("course", "lesson", "read-1")  # the next write takes the rest along
    assert store.saves
    store.close()
    again = Store.open(tmp_path)
    draft = again.draft(*HERE)
    assert draft is not None
    assert draft.text == big + "1"
    assert len(again.attempts("course")) == 201
    assert again.hints_taken(*HERE) == 1
    assert again.seen("course") == {"lesson": {"read-1"}}
    again.close()


def test_room_made_before_leaving_is_used(tmp_path: Path) -> None:
    filled(tmp_path)
    store = Store.open(tmp_path)
    fill_the_disk(store)
    with pytest.raises(StateError, match="the disk is full"):
        store.save_draft(*HERE, "x" * 500_000)
    make_room(store)
    store.close()
    again = Store.open(tmp_path)
    draft = again.draft(*HERE)
    again.close()
    assert draft is not None
    assert len(draft.text) == 500_000


def test_a_real_limit_on_file_size_is_one_sentence(tmp_path: Path) -> None:
    process = start(
        """
        import resource, signal
        from tutor.errors import StateError
        store = Store.open(Path(sys.argv[1]))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        said = []
        for number in range(50):
            try:
                store.save_draft("course", "lesson", f"s{number}", "torch", "x" * 20_000)
            except StateError as error:
                said.append(str(error))
        assert all(store.draft("course", "lesson", f"s{n}", "torch") for n in range(50))
        print(len(said), said[0])
        store.close()
        """,
        tmp_path,
    )
    said = finish(process)
    assert said.startswith("1 The record ")
    assert said.count("\n") == 1


def test_a_locked_record_does_not_hold_the_tutor_up_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_MS", 50)
    store = Store.open(tmp_path)
    other = sqlite3.connect(tmp_path / database.FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StateError, match="another program holds it locked"):
        store.save_draft(*HERE, "kept")
    other.execute("ROLLBACK")
    other.close()
    store.save_place(*HERE)
    assert store.saves
    draft = store.draft(*HERE)
    store.close()
    assert draft is not None


def test_a_folder_with_url_characters_in_its_name_works(tmp_path: Path) -> None:
    folder = tmp_path / "a ?#%41 folder"
    store = Store.open(folder)
    store.save_place(*HERE)
    store.close()
    memory = database.memory(folder / database.FILE)
    assert memory.execute("SELECT count(*) FROM place").fetchone() == (1,)
    memory.close()


def test_the_network_check_reads_real_mounts(tmp_path: Path) -> None:
    assert not database.on_network(tmp_path / database.FILE) or os.environ.get("CI")


def test_wal_is_on_and_commits_are_not_fsynced(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    mode = store._connection.execute("PRAGMA journal_mode").fetchone()[0]
    level = store._connection.execute("PRAGMA synchronous").fetchone()[0]
    store.close()
    assert (mode, level) == ("wal", 1)
