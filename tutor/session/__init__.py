"""The use cases ("submit this answer"): the one door for the TUI, plain mode and commands."""

from tutor.session.model import (
    Draft,
    Hint,
    Measured,
    PathView,
    Standing,
    StepRef,
    StepView,
    SubmitEvent,
    Waiting,
)
from tutor.session.session import Session

__all__ = [
    "Draft",
    "Hint",
    "Measured",
    "PathView",
    "Session",
    "Standing",
    "StepRef",
    "StepView",
    "SubmitEvent",
    "Waiting",
]
