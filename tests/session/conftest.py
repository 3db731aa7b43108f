"""One session for most tests, so that each framework is imported once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.session.bench import make_course
from tutor.session import Session


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course, on disk."""
    return make_course(tmp_path_factory.mktemp("bench"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(course: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Session]:
    """A session with its hosts, shared; what it records is forgotten before each test."""
    session = Session.open(course=course, home=tmp_path_factory.mktemp("home"))
    session.trust()
    yield session
    await session.close()


@pytest.fixture
def learner(shared: Session) -> Session:
    """The shared session, as a newcomer finds it."""
    shared.reset()
    return shared


@pytest.fixture
def reader(course: Path, tmp_path: Path) -> Iterator[Session]:
    """A session of one's own in which nothing runs."""
    session = Session.open(course=course, home=tmp_path / "home")
    yield session
    session.store.close()
