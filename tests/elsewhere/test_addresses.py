"""What is cloned, what is a folder, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.elsewhere.addresses import canonical, is_address, shown
from tutor.errors import UsageError


@pytest.mark.parametrize(
    "source",
    [
        "https://example.org/a/b.git",
        "ssh://git@example.org/a/b",
        "file:///srv/course",
        "git@example.org:a/b.git",
        "example.org:a/b",
    ],
)
def test_addresses(source: str) -> None:
    assert is_address(source)


@pytest.mark.parametrize("source", ["course", "./a:b", "/srv/a:b", "~/course", "../x"])
def test_folders(source: str) -> None:
    assert not is_address(source)


def test_a_folder_that_is_there_is_no_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "host:path").mkdir()
    assert not is_address("host:path")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("http://example.org/a", "`http://` is not fetched from; expected https://"),
        ("git://example.org/a", "`git://` is not fetched from"),
        ("htps://example.org/a", "Did you mean `https`?"),
        ("ext::sh -c touch% /tmp/x", "would have git run a command"),
        ("--upload-pack=touch", "neither an address nor a folder"),
        ("https://", "names no repository"),
        ("https://a/b\nc", "cannot be printed"),
    ],
)
def test_what_git_must_not_be_given(source: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        is_address(source)
    assert expected in str(caught.value)


def test_a_password_is_not_shown() -> None:
    assert shown("https://me:secret@example.org/a") == "https://me@example.org/a"
    assert shown("https://example.org/a@b") == "https://example.org/a@b"
    assert shown("git@example.org:a") == "git@example.org:a"


def test_the_ways_to_write_one_place() -> None:
    one = canonical("https://Example.org/a/b")
    for other in (
        "https://example.org/a/b.git",
        "https://me:secret@example.org/a/b/",
        "ssh://git@example.org/a/b.git",
        "git@example.org:a/b.git",
    ):
        assert canonical(other) == one
    assert canonical("https://example.org/a/c") != one
    assert canonical("/srv/course") == canonical("file:///srv/course")
