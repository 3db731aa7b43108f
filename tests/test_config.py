"""What config.toml may say, and what is said when it says something else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tutor.config import Config, load_config
from tutor.errors import UsageError
from tutor.paths import Paths


def config(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def fault(tmp_path: Path, text: str) -> str:
    with pytest.raises(UsageError) as caught:
        config(tmp_path, text)
    sentence = str(caught.value)
    assert sentence.startswith(str(tmp_path / "config.toml"))
    return sentence.removeprefix(str(tmp_path / "config.toml"))


def test_a_missing_file_means_the_defaults(tmp_path: Path) -> None:
    found = load_config(tmp_path / "none" / "config.toml")
    assert found == Config()
    assert found.device == "auto"
    assert found.commands()["jax"] == (sys.executable,)


def test_everything_that_may_be_said(tmp_path: Path) -> None:
    found = config(
        tmp_path,
        """
        framework = "jax"
        theme = "textual-light"
        device = "cpu"
        [frameworks.torch]
        python = "~/torch/bin/python"
        device = "cuda:1"
        [frameworks]
        jax.command = ["ssh", "gpu-box", "python3"]
        tensorflow = { python = ["srun", "python"] }
        [keys]
        run = "f6,ctrl+g"
        """,
    )
    assert (found.framework, found.theme, found.device) == ("jax", "textual-light", "cpu")
    assert found.keys == {"run": "f6,ctrl+g"}
    assert found.commands() == {
        "torch": (str(Path("~/torch/bin/python").expanduser()),),
        "tensorflow": ("srun", "python"),
        "jax": ("ssh", "gpu-box", "python3"),
        "numpy": (sys.executable,),
    }
    assert found.device_for("torch") == "cuda:1"
    assert found.device_for("jax") == "cpu"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\nthme = 'x'\n", ":2: `thme` is not known in the file; * Did you mean `theme`?"),
        ("framework = 'troch'", ':1: `framework` is "troch"; * Did you mean `torch`?'),
        ("theme = 3", ":1: `theme` is 3; expected a theme's name."),
        ("device = 'cudda'", ':1: `device` is "cudda"; * Did you mean `cuda`?'),
        ("[keys]\n\nrun = 5", ":3: `keys.run` is 5; expected a key such as"),
        ("[keys]\nrun = ''", ":2: `keys.run` is empty; expected a key such as"),
        ("keys = 'f6'", ':1: `keys` is "f6"; expected a table such as [keys]'),
        (
            "[frameworks.torhc]\npython = 'x'",
            ":1: `torhc` is not known in [frameworks]; * Did you mean `torch`?",
        ),
        (
            "[frameworks.torch]\npyhton = 'x'",
            ":2: `pyhton` is not known in [frameworks.torch]; * Did you mean `python`?",
        ),
        (
            "[frameworks.torch]\npython = 3",
            ":2: `frameworks.torch.python` is 3; expected the path of a Python as text",
        ),
        (
            "[frameworks.torch]\ncommand = 'ssh box python'",
            ':2: `frameworks.torch.command` is "ssh box python"; expected a list of words',
        ),
        (
            "[frameworks.torch]\npython = 'ssh box python'",
            ':2: `frameworks.torch.python` names * write a list: ["ssh","box","python"].',
        ),
        (
            "[frameworks.torch]\npython = 'a'\ncommand = ['b']",
            ":3: `frameworks.torch` has both `python` and `command`; keep one.",
        ),
        ("[frameworks.torch]\ncommand = []", ":2: `frameworks.torch.command` is empty; expected"),
        ("[frameworks]\ntorch = 'x'", ':2: `frameworks.torch` is "x"; expected a table such as'),
        ("theme = \n", ":1: not TOML: Invalid value (at line 1, column 9)."),
    ],
)
def test_a_fault_names_line_key_and_what_was_expected(
    tmp_path: Path, text: str, expected: str
) -> None:
    said = fault(tmp_path, text)
    first, _, last = expected.partition("*")
    assert said.startswith(first)
    assert said.endswith(last) or not last
    assert "\n" not in said


def test_a_file_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not UTF-8 text"):
        load_config(tmp_path / "config.toml")


def test_a_folder_in_its_place_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_config(tmp_path)


def test_everything_lives_under_fwtutor_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FWTUTOR_HOME", str(tmp_path))
    found = Paths.find()
    assert found == Paths(tmp_path, tmp_path / "config.toml", tmp_path / "cache")
    assert Paths.find(tmp_path / "other").data == tmp_path / "other"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FWTUTOR_HOME", "relative")
    assert Paths.find().data == tmp_path / "relative"
    assert not (tmp_path / "relative").exists()


def test_without_it_the_platform_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FWTUTOR_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    found = Paths.find()
    places = (found.data, found.config, found.cache)
    assert all(place.is_relative_to(tmp_path) and "fwtutor" in place.parts for place in places)
    assert len(set(places)) == 3
