"""Follows one run of the session, and tells a widget about it in messages."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from tutor.errors import FwtutorError
from tutor.grading.verdict import Verdict
from tutor.runtime.job import Printed, Started
from tutor.session import Measured, Waiting
from tutor.ui.messages import (
    CodeStarted,
    OutputArrived,
    ResultsMeasured,
    RunFailed,
    RunFinished,
    RunStarted,
    RunWaiting,
)

if TYPE_CHECKING:
    from textual.widget import Widget

    from tutor.course.models import FrameworkName
    from tutor.session import Session, StepRef


async def follow(
    target: Widget,
    session: Session,
    ref: StepRef,
    framework: FrameworkName,
    answer: str,
    *,
    graded: bool,
) -> None:
    """Run the answer; `target` gets RunStarted first, and RunFinished or RunFailed last."""
    target.post_message(RunStarted())
    begin = session.submit if graded else session.run
    try:
        # aclosing: a cancelled worker must end the run now, not when memory is collected.
        async with aclosing(begin(ref, framework, answer)) as events:
            async for event in events:
                if isinstance(event, Verdict):
                    target.post_message(RunFinished(event))
                elif isinstance(event, Printed):
                    target.post_message(OutputArrived(event.text, event.stream == "stderr"))
                elif isinstance(event, Measured):
                    target.post_message(ResultsMeasured(event))
                elif isinstance(event, Waiting):
                    target.post_message(RunWaiting(event.what))
                elif isinstance(event, Started):
                    target.post_message(CodeStarted(event.device))
    except FwtutorError as error:
        target.post_message(RunFailed(str(error)))
