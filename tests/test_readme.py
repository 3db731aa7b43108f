"""What the README says of the course."""

from __future__ import annotations

from pathlib import Path

from tutor.course.catalogue import Catalogue, shipped


def test_every_lesson_of_every_track_is_listed_in_order() -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    rows = text.partition("| track | lessons |\n|---|---|\n")[2].partition("\n\n")[0].splitlines()
    catalogue = Catalogue.open(shipped(), None)
    assert rows == [
        f"| {track.title} | {' · '.join(catalogue.lessons[one].title for one in track.lessons)} |"
        for track in catalogue.course.tracks
    ]
    assert f"{len(catalogue.lessons)} lessons" in text
