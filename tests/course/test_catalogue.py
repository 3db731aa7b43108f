from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.course import load
from tutor.course.catalogue import Catalogue, shipped
from tutor.errors import CourseError, UsageError

COURSE = """\
course: sample
title: Sample
tracks:
  - {id: one, title: One, lessons: [a, b]}
  - {id: two, title: Two, lessons: [c]}
"""


def lesson(name: str, track: str = "one", requires: str = "[]", more: str = "") -> str:
    return (
        f"lesson: {name}\ntitle: Lesson {name}\ntrack: {track}\nframeworks: [torch, jax]\n"
        f"requires: {requires}\nminutes: 5\ngoals: [g]\nsteps:\n"
        "  - read: |\n      # Intro\n"
        "  - value: {id: v, ask: b, answer: c, frameworks: [jax]}\n" + more
    )


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = tmp_path / "course"
    (folder / "one").mkdir(parents=True)
    (folder / "two").mkdir()
    (folder / "course.yaml").write_text(COURSE)
    (folder / "one" / "01-a.yaml").write_text(lesson("a"))
    (folder / "one" / "02-b.yaml").write_text(lesson("b", requires="[a]"))
    (folder / "two" / "c.yaml").write_text(lesson("c", "two", requires="[a, b]"))
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def read_files(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the lesson files read so far."""
    names: list[str] = []
    real = load.load_lesson

    def counting(path: Path) -> load.Lesson:
        names.append(path.name)
        return real(path)

    monkeypatch.setattr(load, "load_lesson", counting)
    return names


def said(catalogue: Catalogue) -> list[str]:
    prefix = f"{catalogue.folder}/"
    return [str(finding).removeprefix(prefix) for finding in catalogue.findings]


def test_lessons_in_course_order(course: Path) -> None:
    catalogue = Catalogue.open(course, None)
    assert list(catalogue.lessons) == ["a", "b", "c"]
    assert catalogue.course.course == "sample"
    assert catalogue.findings == ()
    info = catalogue.lessons["b"]
    assert (info.title, info.track, info.minutes) == ("Lesson b", "one", 5)
    assert info.requires == ("a",)
    assert info.path == str(course.resolve() / "one" / "02-b.yaml")
    steps = [
        (step.id, step.kind, step.title, step.frameworks, step.exercise) for step in info.steps
    ]
    assert steps == [
        ("read-1", "read", "Intro", ("torch", "jax"), False),
        ("v", "value", "V", ("jax",), True),
    ]


def test_a_lesson_is_parsed_when_asked_for_and_again_when_it_changes(
    course: Path, cache: Path, read_files: list[str]
) -> None:
    Catalogue.open(course, cache)
    read_files.clear()
    catalogue = Catalogue.open(course, cache)
    assert read_files == []
    first = catalogue.lesson("a")
    assert catalogue.lesson("a") is first
    assert read_files == ["01-a.yaml"]
    path = course / "one" / "01-a.yaml"
    path.write_text(path.read_text().replace("Lesson a", "A new title"))
    assert catalogue.lesson("a").title == "A new title"


def test_unknown_lessons(course: Path) -> None:
    (course / "one" / "alpha.yaml").write_text(lesson("alpha"))
    (course / "one" / "03-gradients.yaml").write_text(lesson("gradients"))
    text = COURSE.replace("[a, b]", "[a, b, gradients]")
    (course / "course.yaml").write_text(text)
    catalogue = Catalogue.open(course, None)
    with pytest.raises(UsageError, match=r"no lesson `gradient`\. Did you mean `gradients`\?"):
        catalogue.lesson("gradient")
    with pytest.raises(UsageError, match="`fwtutor list` names them all"):
        catalogue.lesson("zzzz")
    with pytest.raises(UsageError, match=r"alpha\.yaml is not in the course: add `alpha`"):
        catalogue.lesson("alpha")


# --- the index


def test_only_changed_files_are_read_again(
    course: Path, cache: Path, read_files: list[str]
) -> None:
    before = Catalogue.open(course, cache)
    assert sorted(read_files) == ["01-a.yaml", "02-b.yaml", "c.yaml"]
    read_files.clear()
    path = course / "one" / "02-b.yaml"
    path.write_text(path.read_text().replace("Lesson b", "Another b"))
    after = Catalogue.open(course, cache)
    assert read_files == ["02-b.yaml"]
    assert after.lessons["b"].title == "Another b"
    assert after.lessons["a"] == before.lessons["a"]


def test_a_touched_file_of_the_same_size_is_read_again(
    course: Path, cache: Path, read_files: list[str]
) -> None:
    Catalogue.open(course, cache)
    path = course / "two" / "c.yaml"
    status = path.stat()
    path.write_text(path.read_text().replace("Lesson c", "Lesson C"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert Catalogue.open(course, cache).lessons["c"].title == "Lesson C"


def test_a_changed_course_file_counts(course: Path, cache: Path) -> None:
    Catalogue.open(course, cache)
    (course / "course.yaml").write_text(COURSE.replace("[a, b]", "[b, a]"))
    assert list(Catalogue.open(course, cache).lessons) == ["b", "a", "c"]


def test_removed_files_leave_the_index(course: Path, cache: Path) -> None:
    Catalogue.open(course, cache)
    (course / "two" / "c.yaml").unlink()
    catalogue = Catalogue.open(course, cache)
    assert list(catalogue.lessons) == ["a", "b"]
    (index,) = cache.iterdir()
    assert b"c.yaml" not in index.read_bytes()


@pytest.mark.parametrize("junk", [b"", b"\x00\xff junk", b"\x95\x01\x02\x03\x04\x05", b"[" * 5000])
def test_a_broken_index_is_made_anew(course: Path, cache: Path, junk: bytes) -> None:
    Catalogue.open(course, cache)
    (index,) = cache.iterdir()
    sound = index.read_bytes()
    index.write_bytes(junk)
    assert list(Catalogue.open(course, cache).lessons) == ["a", "b", "c"]
    assert index.read_bytes() == sound


def test_two_courses_share_a_cache(course: Path, cache: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "course.yaml").write_text(
        "course: o\ntitle: O\ntracks: [{id: t, title: T, lessons: []}]\n"
    )
    Catalogue.open(course, cache)
    assert Catalogue.open(other, cache).course.course == "o"
    assert Catalogue.open(course, cache).course.course == "sample"


def test_a_cache_that_cannot_be_written_is_done_without(course: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    for cache in (blocked, blocked / "below"):
        assert list(Catalogue.open(course, cache).lessons) == ["a", "b", "c"]
    assert blocked.read_text() == "not a folder"


def test_a_folder_with_two_names_has_one_index(course: Path, cache: Path) -> None:
    Catalogue.open(course, cache)
    Catalogue.open(course / "one" / "..", cache)
    assert len(list(cache.iterdir())) == 1


# --- faults


def test_no_course(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="there is no such course folder"):
        Catalogue.open(tmp_path / "none", None)
    with pytest.raises(CourseError, match=r"course\.yaml:0:0: there is no such file"):
        Catalogue.open(tmp_path, None)
    (tmp_path / "course.yaml").write_text("course: x\n")
    with pytest.raises(CourseError, match="the field `title` is missing"):
        Catalogue.open(tmp_path, None)


def test_a_broken_lesson_does_not_break_the_map(
    course: Path, cache: Path, read_files: list[str]
) -> None:
    (course / "one" / "02-b.yaml").write_text(lesson("b", more="  - nothing: 1\n"))
    catalogue = Catalogue.open(course, cache)
    assert list(catalogue.lessons) == ["a", "b", "c"]
    broken = catalogue.lessons["b"]
    assert broken.title == "b"
    assert broken.steps == ()
    assert [finding.line for finding in broken.broken] == [12]
    assert said(catalogue)[0].startswith("one/02-b.yaml:12:5: unknown kind of step `nothing`")
    assert catalogue.findings == broken.broken
    with pytest.raises(CourseError, match="unknown kind of step"):
        catalogue.lesson("b")
    read_files.clear()
    Catalogue.open(course, cache)
    assert read_files == ["02-b.yaml"]  # broken ones are not kept: their places depend on the path


def test_files_and_course_disagree(course: Path) -> None:
    (course / "one" / "01-a.yaml").rename(course / "one" / "01-aa.yaml")
    (course / "one" / "01-aa.yaml").write_text(lesson("aa"))
    (course / "two" / "b.yaml").write_text(lesson("b", "two"))
    (course / "one" / "notes.txt").write_text("not a lesson")
    (course / "one" / ".hidden.yaml").write_text("not a lesson")
    catalogue = Catalogue.open(course, None)
    assert list(catalogue.lessons) == ["b", "c"]
    assert said(catalogue) == [
        "two/b.yaml:0:0: `b` is also in " + str(course / "one" / "02-b.yaml")
        + "; a lesson has one file",
        "course.yaml:4:37: `a` has no file; expected one/NN-a.yaml. Did you mean `aa`?",
        "one/01-aa.yaml:0:0: course.yaml does not list `aa` in track `one`; add it there",
        "one/02-b.yaml:5:12: there is no lesson `a` to require.",
        "two/c.yaml:5:12: there is no lesson `a` to require.",
    ]  # fmt: skip


def test_a_lesson_in_the_wrong_folder(course: Path) -> None:
    (course / "two" / "c.yaml").write_text(lesson("c", "one"))
    catalogue = Catalogue.open(course, None)
    assert said(catalogue) == [
        "two/c.yaml:3:8: the lesson's track is `one`, but its folder is `two`"
    ]
    assert catalogue.lessons["c"].broken


def test_a_lesson_listed_twice(course: Path) -> None:
    (course / "course.yaml").write_text(COURSE.replace("[c]", "[c, a]"))
    assert said(Catalogue.open(course, None)) == ["course.yaml:5:40: `a` is here twice"]


def test_requirements_in_a_circle(course: Path) -> None:
    (course / "one" / "01-a.yaml").write_text(lesson("a", requires="[c]"))
    assert said(Catalogue.open(course, None)) == [
        "one/01-a.yaml:5:12: these lessons require each other: `a` → `c` → `a`",
        "one/01-a.yaml:5:12: these lessons require each other: `a` → `c` → `b` → `a`",
    ]


def test_a_long_chain_of_requirements(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    names = [f"l{number}" for number in range(1500)]
    for name, required in zip(names, [*names[1:], None], strict=True):
        text = lesson(name, "t", f"[{required}]" if required else "[]")
        (tmp_path / "t" / f"{name}.yaml").write_text(text)
    (tmp_path / "course.yaml").write_text(
        f"course: o\ntitle: O\ntracks: [{{id: t, title: T, lessons: [{', '.join(names)}]}}]\n"
    )
    catalogue = Catalogue.open(tmp_path, None)
    assert len(catalogue.lessons) == 1500
    assert catalogue.findings == ()


def test_odd_things_in_a_track_folder(course: Path) -> None:
    (course / "one" / "03-folder.yaml").mkdir()
    (course / "one" / "04-dangling.yaml").symlink_to(course / "gone")
    said_so = said(Catalogue.open(course, None))
    assert "one/03-folder.yaml:0:0: this is a folder; expected a YAML file" in said_so
    assert any(line.startswith("one/04-dangling.yaml:0:0: this link leads") for line in said_so)


def test_a_missing_track_folder(course: Path) -> None:
    (course / "two" / "c.yaml").unlink()
    (course / "two").rmdir()
    assert said(Catalogue.open(course, None)) == [
        "course.yaml:5:37: `c` has no file; expected two/NN-c.yaml."
    ]


# --- the lessons that ship


def test_the_shipped_course_is_sound() -> None:
    catalogue = Catalogue.open(shipped(), None)
    assert catalogue.course.course == "fwtutor"
    assert [str(finding) for finding in catalogue.findings] == []
    assert all(info.steps for info in catalogue.lessons.values())


def test_an_installed_package_finds_its_lessons(tmp_path: Path) -> None:
    source = Path(load.__file__).parents[1]
    shutil.copytree(source, tmp_path / "tutor", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(shipped(), tmp_path / "tutor" / "_lessons")
    program = "from tutor.course.catalogue import shipped; print(shipped())"
    assert run_python(program, tmp_path) == str(tmp_path / "tutor" / "_lessons")
    shutil.rmtree(tmp_path / "tutor" / "_lessons")
    program = (
        "from tutor.course.catalogue import shipped\n"
        "from tutor.errors import CourseError\n"
        "try: shipped()\n"
        "except CourseError as error: print(error)"
    )
    assert "the lessons that come with fwtutor are not there" in run_python(program, tmp_path)


def test_a_known_course_opens_without_a_yaml_parser(course: Path, cache: Path) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tutor.course.catalogue import Catalogue\n"
        f"found = Catalogue.open(Path({str(course)!r}), Path({str(cache)!r}))\n"
        "print(len(found.lessons), 'yaml' in sys.modules)"
    )
    root = Path(load.__file__).parents[2]
    assert run_python(program, root) == "3 True"
    assert run_python(program, root) == "3 False"


def run_python(program: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_findings_name_files_as_the_user_did(
    course: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (course / "one" / "02-b.yaml").write_text(
        lesson("b", requires="[zzz]", more="  - nothing: 1\n")
    )
    (course / "two" / "c.yaml").write_text(lesson("c", "two", requires="[zzz]"))
    Catalogue.open(course, cache)
    monkeypatch.chdir(course.parent)
    catalogue = Catalogue.open(Path("course"), cache)
    assert [finding.path for finding in catalogue.findings] == [
        "course/one/02-b.yaml",
        "course/two/c.yaml",
    ]
    with pytest.raises(CourseError, match=r"^course/one/02-b\.yaml:12:5: "):
        catalogue.lesson("b")
    monkeypatch.chdir(course)
    assert Catalogue.open(Path(), cache).findings[0].path == "one/02-b.yaml"
