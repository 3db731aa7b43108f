"""Follows one run of the session, and tells a widget about it in messages."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, cast

from tutor.errors import FwtutorError
from tutor.grading.verdict import Verdict
from tutor.runtime.job import Printed, Shown, Started
from tutor.session import Measured, Waiting
from tutor.ui.messages import (
    CodeStarted,
    OutputArrived,
    ResultsMeasured,
    RunFailed,
    RunFinished,
    RunMessage,
    RunStarted,
    RunWaiting,
    ViewArrived,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from textual.widget import Widget

    from tutor.session import Session, StepView, SubmitEvent


async def follow(
    target: Widget, session: Session, view: StepView, answer: str, *, graded: bool
) -> None:
    """Run the answer; `target` gets RunStarted first, and RunFinished or RunFailed last."""
    target.post_message(RunStarted(view))
    begin = session.submit if graded else session.run
    # A generator, whatever it is called there: a worker that is cancelled must end the run now, not
    # when memory is collected.
    run = cast("AsyncGenerator[SubmitEvent]", begin(view.ref, view.framework, answer))
    try:
        async with aclosing(run) as events:
            async for event in events:
                target.post_message(_message(view, event))
    except FwtutorError as error:
        target.post_message(RunFailed(view, str(error)))


def _message(view: StepView, event: SubmitEvent) -> RunMessage:
    match event:
        case Verdict():
            return RunFinished(view, event)
        case Printed():
            return OutputArrived(view, event.text, error=event.stream == "stderr")
        case Measured():
            return ResultsMeasured(view, event)
        case Waiting():
            return RunWaiting(view, event.what)
        case Shown():
            return ViewArrived(view, event.view, more=event.more)
        case Started():
            return CodeStarted(view, event.device)
