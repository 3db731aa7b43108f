"""The table of keys: nothing twice, nothing that does not arrive, nothing that the editor uses."""

from __future__ import annotations

import pytest
from textual.binding import Binding
from textual.widgets import Input

from tutor.ui import keys
from tutor.ui.app import TutorApp
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.looking import ViewScreen
from tutor.ui.screens.placement import PlacementScreen
from tutor.ui.widgets.editor import CodeEditor

ACTIONS = (*keys.LESSON, *keys.LOOKING, *keys.HOME, *keys.PLACING, *keys.APP)

EATEN = {"ctrl+b", "ctrl+a", "ctrl+enter", "shift+enter", "alt+enter", "ctrl+j", "ctrl+m", "ctrl+i"}
"""Prefixes of tmux and screen; lost in tmux; or the same byte as another key."""

TAKEN_ON_PURPOSE = {
    "ctrl+c": "stops a run; copies when nothing runs",
    "f6": "opens what a run showed; TextArea would select the line, which Shift+Home does too",
    "f7": "runs without judging; TextArea would select all",
    "escape": "leaves the editor first, and only then the lesson",
    "ctrl+o": "opens $EDITOR, from the editor and from elsewhere",
}


def keys_of(binding_class: type[CodeEditor | Input]) -> set[str]:
    found: set[str] = set()
    for base in binding_class.__mro__:
        for binding in vars(base).get("BINDINGS", ()):
            keys_ = binding.key if isinstance(binding, Binding) else binding[0]
            found.update(key.strip() for key in keys_.split(","))
    return found


def test_ids_are_unique() -> None:
    ids = [binding.id for action in ACTIONS for binding in action.bindings()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("place", [keys.LESSON, keys.LOOKING, keys.HOME, keys.PLACING])
def test_a_key_does_one_thing_on_a_screen(place: tuple[keys.Action, ...]) -> None:
    used = [key for action in (*place, *keys.APP) for key in action.keys.split(",")]
    assert len(used) == len(set(used))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_a_key_arrives(action: keys.Action) -> None:
    for key in action.keys.split(","):
        assert key not in EATEN
        assert not key.startswith("alt+")
        assert "super" not in key


@pytest.mark.parametrize("widget", [CodeEditor, Input])
def test_a_key_is_not_one_of_the_editors(widget: type[CodeEditor | Input]) -> None:
    used = {key for action in (*keys.LESSON, *keys.APP) for key in action.keys.split(",")}
    assert used & keys_of(widget) <= TAKEN_ON_PURPOSE.keys()


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_an_action_exists(action: keys.Action) -> None:
    places = (
        (LessonScreen, keys.LESSON),
        (ViewScreen, keys.LOOKING),
        (HomeScreen, keys.HOME),
        (PlacementScreen, keys.PLACING),
    )
    place = next((screen for screen, actions in places if action in actions), TutorApp)
    assert callable(getattr(place, f"action_{action.action}"))


def test_keys_as_people_write_them() -> None:
    assert keys.shown("f5,ctrl+r") == "F5 or Ctrl+R"
    assert keys.shown("slash") == "/"
    assert keys.shown("k") == "k"


def test_a_keymap_is_what_is_shown() -> None:
    assert keys.key_of("run", {}) == "f5"
    assert keys.key_of("run", {"run": "f6"}) == "f6"
    run = next(action for action in keys.LESSON if action.id == "run")
    assert keys.keys_of(run, {"run": "f6"}) == "f6,ctrl+r"
