"""How the tests are shared out."""

from __future__ import annotations

import os

import pytest

LONGEST = "test_lessons.py"
"""Runs the whole course, on every core: minutes that are not to be waited for alone at the end."""


def pytest_xdist_auto_num_workers() -> int:
    """One core is left to the programs that tests start."""
    return max((os.cpu_count() or 1) - 1, 2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest."""
    items.sort(key=lambda item: item.path.name != LONGEST)
