"""Adding, updating and removing courses, with real repositories."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.elsewhere.repositories import change, commit, git, make_repository
from tests.small_course import make_course
from tutor.elsewhere.shelf import Shelf
from tutor.errors import CourseError, SourceUnavailable, StateError, UsageError


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def shelf(data: Path) -> Shelf:
    return Shelf(data)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "far")


def left(data: Path) -> list[str]:
    """What lies below the data folder's `courses`."""
    return sorted(os.listdir(data / "courses")) if (data / "courses").exists() else []


def test_a_repository_is_cloned_shallowly_and_without_hooks(
    shelf: Shelf, data: Path, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = tmp_path / "template" / "hooks"
    template.mkdir(parents=True)
    hook = template / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/hooked\n")
    hook.chmod(0o755)
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(template.parent))
    change(course, "minutes: 5", "minutes: 6")
    added = shelf.add(course.as_uri())
    assert (added.id, added.title, added.cloned) == ("small", "A small course", True)
    assert added.origin == course.as_uri()
    folder = data / "courses" / "small" / "course"
    assert Path(added.folder) == folder
    assert "minutes: 6" in (folder / "first" / "01-sums.yaml").read_text()
    assert git(folder, "rev-list", "--count", "HEAD") == "1"
    assert not (tmp_path / "hooked").exists()
    assert left(data) == ["small"]
    assert shelf.courses() == [added]
    assert shelf.locate(Path("small")) == folder


def test_submodules_are_not_fetched(shelf: Shelf, course: Path, tmp_path: Path) -> None:
    inner = make_repository(tmp_path / "inner")
    git(course, "-c", "protocol.file.allow=always", "submodule", "add", inner.as_uri(), "sub")
    commit(course, "a submodule")
    folder = Path(shelf.add(course.as_uri()).folder)
    assert not any((folder / "sub").iterdir())


def test_a_folder_is_read_where_it_is(shelf: Shelf, data: Path, tmp_path: Path) -> None:
    course = make_course(tmp_path)
    added = shelf.add(str(course))
    assert (added.folder, added.origin, added.cloned) == (str(course), str(course), False)
    assert left(data) == ["small"]
    with pytest.raises(UsageError, match="is read where it is"):
        shelf.update("small")
    shelf.remove("small")
    assert left(data) == []
    assert (course / "course.yaml").exists()


def test_a_bare_repository_by_its_path_is_cloned(
    shelf: Shelf, course: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(course), str(bare))
    assert shelf.add(str(bare)).cloned


def test_an_id_is_taken_once(shelf: Shelf, data: Path, course: Path, tmp_path: Path) -> None:
    shelf.add(course.as_uri())
    with pytest.raises(UsageError, match=r"was added already, .*`fwtutor course update small`"):
        shelf.add(course.as_uri() + "/")
    other = make_repository(tmp_path / "other")
    with pytest.raises(UsageError) as caught:
        shelf.add(other.as_uri())
    assert str(caught.value) == (
        f"{other.as_uri()}: its id, `small`, is taken by the course from {course.as_uri()}; "
        "`fwtutor course remove small` makes room."
    )
    assert left(data) == ["small"]


def test_the_shipped_id_cannot_be_taken(shelf: Shelf, data: Path, course: Path) -> None:
    file = course / "course.yaml"
    file.write_text(file.read_text().replace("course: small", "course: fwtutor"))
    commit(course, "an id that is taken")
    for source in (course.as_uri(), str(course)):
        with pytest.raises(UsageError, match="is that of the course that comes with fwtutor"):
            shelf.add(source)
    assert left(data) == []


def test_two_at_once_leave_one(shelf: Shelf, data: Path, course: Path) -> None:
    outcomes: list[str] = []

    def add() -> None:
        try:
            outcomes.append(shelf.add(course.as_uri()).id)
        except UsageError:
            outcomes.append("taken")

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["small", "taken", "taken"]
    assert left(data) == ["small"]


# --- what cannot be added leaves nothing behind


def test_no_course_in_it(shelf: Shelf, data: Path, course: Path) -> None:
    (course / "course.yaml").unlink()
    commit(course, "no course")
    for source in (course.as_uri(), str(course)):
        with pytest.raises(CourseError) as caught:
            shelf.add(source)
        assert str(caught.value) == f"{source}:0:0: no course: there is no course.yaml at its top"
    assert left(data) == []


def test_a_course_yaml_with_a_fault_is_named_by_its_origin(
    shelf: Shelf, data: Path, course: Path
) -> None:
    (course / "course.yaml").write_text("course: small\ntitel: x\n")
    commit(course, "a fault")
    with pytest.raises(CourseError) as caught:
        shelf.add(course.as_uri())
    assert f"{course.as_uri()}: course.yaml:2:1: " in str(caught.value)
    assert str(data) not in str(caught.value)
    assert left(data) == []


@pytest.mark.parametrize("name", ["course.yaml", "first", "first/01-sums.yaml"])
def test_a_link_out_of_the_course(
    shelf: Shelf, data: Path, course: Path, tmp_path: Path, name: str
) -> None:
    path = course / name
    outside = path.rename(tmp_path / "outside")
    path.symlink_to(outside)
    commit(course, "a link")
    for source, shown in ((course.as_uri(), f"{course.as_uri()}: {name}"), (str(course), path)):
        with pytest.raises(CourseError) as caught:
            shelf.add(source)
        assert f"{shown}:0:0: this link leads out of the course, to {outside};" in str(caught.value)
    assert left(data) == []


def test_a_repository_that_is_not_there(shelf: Shelf, data: Path, tmp_path: Path) -> None:
    nowhere = (tmp_path / "nowhere").as_uri()
    with pytest.raises(SourceUnavailable) as caught:
        shelf.add(nowhere)
    assert str(caught.value).startswith(f"{nowhere}: git could not clone: ")
    assert "\n" not in str(caught.value)
    assert left(data) == []


def test_an_empty_repository(shelf: Shelf, data: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "empty")
    with pytest.raises(CourseError, match=r"there is no course\.yaml at its top"):
        shelf.add((tmp_path / "empty").as_uri())
    assert left(data) == []


def test_a_closed_port(shelf: Shelf, data: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with pytest.raises(SourceUnavailable) as caught:
        shelf.add(f"https://me:secret@127.0.0.1:{port}/course.git", limit=60)
    assert str(caught.value).startswith(f"https://me@127.0.0.1:{port}/course.git: git could not")
    assert "secret" not in str(caught.value)
    assert left(data) == []


def test_a_server_that_says_nothing_is_given_up_with_all_its_processes(
    shelf: Shelf, data: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(SourceUnavailable, match="did not answer within 1 seconds; "):
            shelf.add(f"https://127.0.0.1:{port}/course.git", limit=1)
    assert left(data) == []
    deadline = time.monotonic() + 10
    while running(f":{port}/"):
        assert time.monotonic() < deadline, "git went on"
        time.sleep(0.02)


def running(words: str) -> bool:
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and words.encode() in (folder / "cmdline").read_bytes():
                return True
        except OSError:
            continue
    return False


def test_without_git(shelf: Shelf, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(data))
    with pytest.raises(SourceUnavailable, match="There is no `git` on this machine; install it"):
        shelf.add("https://example.org/a.git")
    assert left(data) == []


def test_a_data_folder_that_cannot_be_written(course: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot be written"):
        Shelf(tmp_path / "file").add(course.as_uri())


def test_what_a_killed_process_left_is_swept_up(shelf: Shelf, data: Path, course: Path) -> None:
    old, young = data / "courses" / ".adding-old", data / "courses" / ".adding-young"
    for folder in (old, young):
        (folder / "course").mkdir(parents=True)
    os.utime(old, (0, 0))
    shelf.add(course.as_uri())
    assert left(data) == [".adding-young", "small"]
    assert [added.id for added in shelf.courses()] == ["small"]


def test_a_damaged_entry_is_replaced(shelf: Shelf, data: Path, course: Path) -> None:
    shelf.add(course.as_uri())
    (data / "courses" / "small" / "origin.json").write_text("{")
    assert shelf.courses() == []
    assert shelf.add(course.as_uri()).id == "small"


def test_an_entry_cannot_lead_elsewhere(shelf: Shelf, data: Path, course: Path) -> None:
    added = shelf.add(course.as_uri())
    file = data / "courses" / "small" / "origin.json"
    file.write_text(file.read_text().replace(added.folder, "/etc").replace('"small"', '"../x"'))
    assert shelf.find("small") == added
    for name in ("../small", ".", "", "..", ".adding-x"):
        assert shelf.find(name) is None


# --- update, remove


def test_an_update_says_what_changed(shelf: Shelf, course: Path) -> None:
    folder = Path(shelf.add(course.as_uri()).folder)
    assert not shelf.update("small").any
    change(course, "minutes: 5", "minutes: 7")
    extra = course / "first" / "03-more.yaml"
    extra.write_text((course / "first" / "02-later.yaml").read_text().replace("later", "more"))
    file = course / "course.yaml"
    text = file.read_text().replace("later]", "later, more]").replace("A small", "A larger")
    file.write_text(text)
    commit(course, "more")
    found = shelf.update("small")
    assert found.changed == ("course.yaml", "first/01-sums.yaml")
    assert (found.added, found.removed) == (("first/03-more.yaml",), ())
    assert "minutes: 7" in (folder / "first" / "01-sums.yaml").read_text()
    assert shelf.named("small").title == "A larger course"
    extra.unlink()
    file.write_text(text.replace("later, more]", "later]"))
    commit(course, "less")
    assert shelf.update("small").removed == ("first/03-more.yaml",)
    assert not shelf.update("small").any


def test_a_rewritten_history_is_refused(shelf: Shelf, course: Path) -> None:
    folder = Path(shelf.add(course.as_uri()).folder)
    before = git(folder, "rev-parse", "HEAD")
    git(course, "commit", "--quiet", "--amend", "-m", "another")
    with pytest.raises(SourceUnavailable, match="was rewritten, so `small` cannot be brought up"):
        shelf.update("small")
    assert git(folder, "rev-parse", "HEAD") == before


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("course: small", "course: other", "is now another course, `other`; `small` stays"),
        ("title: A", "titel: A", "course.yaml:2:1: "),
    ],
)
def test_an_update_that_is_no_such_course_changes_nothing(
    shelf: Shelf, course: Path, old: str, new: str, expected: str
) -> None:
    folder = Path(shelf.add(course.as_uri()).folder)
    before = (folder / "course.yaml").read_text()
    (course / "course.yaml").write_text(before.replace(old, new))
    commit(course, "a fault")
    with pytest.raises((CourseError, UsageError)) as caught:
        shelf.update("small")
    assert expected in str(caught.value)
    assert (folder / "course.yaml").read_text() == before
    assert git(folder, "status", "--porcelain") == ""


def test_an_update_with_a_link_out_changes_nothing(
    shelf: Shelf, course: Path, tmp_path: Path
) -> None:
    folder = Path(shelf.add(course.as_uri()).folder)
    lesson = course / "first" / "02-later.yaml"
    lesson.rename(tmp_path / "outside.yaml")
    lesson.symlink_to(tmp_path / "outside.yaml")
    commit(course, "a link")
    with pytest.raises(CourseError, match="leads out of the course"):
        shelf.update("small")
    assert not (folder / "first" / "02-later.yaml").is_symlink()


def test_an_origin_that_is_gone(shelf: Shelf, course: Path, tmp_path: Path) -> None:
    folder = Path(shelf.add(course.as_uri()).folder)
    course.rename(tmp_path / "moved")
    with pytest.raises(SourceUnavailable, match="git could not fetch: "):
        shelf.update("small")
    assert (folder / "course.yaml").exists()


def test_files_edited_in_the_clone_are_not_lost(shelf: Shelf, course: Path) -> None:
    folder = Path(shelf.add(course.as_uri()).folder)
    mine = folder / "first" / "01-sums.yaml"
    mine.write_text(mine.read_text() + "# mine\n")
    change(course, "minutes: 5", "minutes: 7")
    with pytest.raises(SourceUnavailable, match="were edited, and an update would lose that"):
        shelf.update("small")
    assert mine.read_text().endswith("# mine\n")


def test_removing_deletes_the_clone(shelf: Shelf, data: Path, course: Path) -> None:
    shelf.add(course.as_uri())
    shelf.remove("small")
    assert left(data) == []
    with pytest.raises(UsageError, match="No course `small` was added"):
        shelf.remove("small")
    assert (course / "course.yaml").exists()


def test_a_folder_comes_before_an_id(
    shelf: Shelf, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shelf.add(course.as_uri()).folder)
    monkeypatch.chdir(tmp_path)
    assert shelf.locate(Path("small")) == folder
    (tmp_path / "small").mkdir()
    assert shelf.locate(Path("small")) == folder
    make_course(tmp_path).rename(tmp_path / "there")
    (tmp_path / "small").rmdir()
    (tmp_path / "there").rename(tmp_path / "small")
    assert shelf.locate(Path("small")) == Path("small")
    with pytest.raises(UsageError, match="Did you mean `small`"):
        shelf.locate(Path("smal"))


def test_a_hook_of_another_repository_does_not_lead_git_astray(
    shelf: Shelf, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_repository(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    before = git(other, "rev-parse", "HEAD")
    shelf.add(course.as_uri())
    change(course, "minutes: 5", "minutes: 7")
    assert shelf.update("small").any
    assert git(other, "rev-parse", "HEAD") == before
    status = subprocess.run(
        ["git", "-C", str(other), "status", "--porcelain"],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    assert status.stdout == ""
