"""`fwtutor compare`: an exercise that was passed, in every framework, as plain text or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tutor.headless import emit, find_step
from tutor.ui.names import framework as title_of

if TYPE_CHECKING:
    from tutor.course.models import FrameworkName
    from tutor.session import Session, StepRef
    from tutor.session.beside.comparison import Comparison


def compare(session: Session, name: str, framework: FrameworkName | None, *, as_json: bool) -> int:
    """Print the comparison once every framework has run, and return the exit status.

    Raises:
        UsageError: There is no such step, it was not passed there, or it has one program.
        CourseError: The lesson's file has faults.
    """
    import asyncio

    return asyncio.run(_compare(session, name, framework, as_json=as_json))


async def _compare(
    session: Session, name: str, framework: FrameworkName | None, *, as_json: bool
) -> int:
    try:
        view = find_step(session, name, framework)
        comparison = await whole(session, view.ref, view.framework)
    finally:
        await session.close()
    if as_json:
        emit(as_object(comparison))
    else:
        print("\n".join(lines(comparison)))
    return 0


async def whole(session: Session, ref: StepRef, framework: FrameworkName) -> Comparison:
    """The comparison when all that can run has run."""
    last: Comparison | None = None
    async for found in session.compare(ref, framework):
        last = found
    assert last is not None, "the programs come first"
    return last


def as_object(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON has it."""
    return {
        "step": str(comparison.ref),
        "framework": comparison.own,
        "frameworks": list(comparison.frameworks),
        "parts": [{"does": row.what, "code": dict(row.code)} for row in comparison.rows],
        "differences": [
            {"about": row.about, "words": dict(row.words)} for row in comparison.differences
        ],
        "values": [
            {
                "label": value.label,
                "shown": dict(value.shown),
                "kinds": dict(value.kinds),
                "apart": dict(value.apart),
                "differs": value.differs,
            }
            for value in comparison.compared
        ],
        "absent": dict(comparison.absent),
    }


def lines(comparison: Comparison) -> Iterator[str]:
    """The comparison as lines of plain text: part by part, framework by framework."""
    own = title_of(comparison.own)
    yield f"{comparison.ref}: {comparison.title}, in {own} (yours) and the others"
    for row in comparison.rows:
        yield ""
        yield f"# {row.what}" if row.what else "#"
        for name in comparison.frameworks:
            if name in row.code:
                yield f"  {title_of(name)}:"
                yield from (f"    {line}" for line in row.code[name].split("\n"))
    for value in comparison.compared:
        yield ""
        yield f"Value of {value.label}:"
        for name in comparison.frameworks:
            if name not in value.shown:
                continue
            apart = "yours" if name == comparison.own else value.apart.get(name, "")
            parts = (value.shown[name], value.kinds[name], apart)
            yield f"  {title_of(name)}: {'; '.join(part for part in parts if part)}"
        if value.differs:
            yield f"  {value.differs}"
    for name, why in comparison.absent.items():
        yield why if title_of(name) in why else f"{title_of(name)}: {why}"
    for row in comparison.differences:
        yield ""
        yield f"{row.about}:"
        for name in comparison.frameworks:
            if name in row.words:
                yield f"  {title_of(name)}: {row.words[name]}"
