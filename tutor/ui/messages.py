"""What the run worker and the answer controls tell the lesson screen.

No message is called ``Event``: its handler would be ``on_event``, which is Textual's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tutor.grading.verdict import Verdict
    from tutor.session import Measured, StepRef, StepView
    from tutor.views.model import View


class StepWanted(Message):
    """The learner chose a step to go to; None for the map."""

    def __init__(self, ref: StepRef | None, words: str = "") -> None:
        super().__init__()
        self.ref = ref
        self.words = words
        """What is to be said on the map."""


class LessonWanted(Message):
    """The learner chose a lesson; where in it is for the session to say."""

    def __init__(self, lesson: str) -> None:
        super().__init__()
        self.lesson = lesson


class CoursesWanted(Message):
    """The learner wants to choose another course."""


class AnswerChanged(Message):
    """The learner changed the answer, or moved the editor's cursor."""


class AnswerSubmitted(Message):
    """Enter was pressed in a control where Enter submits."""


class PageTurned(Message):
    """Enter was pressed where it means: go on to the next step."""


class RowsWanted(Message):
    """The results changed, and may need more rows or fewer."""


class RunMessage(Message):
    """About one run. One that outlived its step is told by `view`."""

    def __init__(self, view: StepView) -> None:
        super().__init__()
        self.view = view
        """The step as it was when the run was asked for."""


class RunStarted(RunMessage):
    """A run was asked for."""


class RunWaiting(RunMessage):
    """Nothing runs yet; `what` says why."""

    def __init__(self, view: StepView, what: str) -> None:
        super().__init__(view)
        self.what = what


class CodeStarted(RunMessage):
    """A worker took the code."""

    def __init__(self, view: StepView, device: str) -> None:
        super().__init__(view)
        self.device = device


class OutputArrived(RunMessage):
    """A slice of what the code printed, at most ten a second."""

    def __init__(self, view: StepView, text: str, *, error: bool) -> None:
        super().__init__(view)
        self.text = text
        self.error = error
        """Whether it came from stderr."""


class ResultsMeasured(RunMessage):
    """An experiment's results."""

    def __init__(self, view: StepView, measured: Measured) -> None:
        super().__init__(view)
        self.measured = measured


class ViewArrived(RunMessage):
    """A view, or the next points of a curve, at most ten a second."""

    def __init__(self, view: StepView, shown: View, *, more: bool) -> None:
        super().__init__(view)
        self.shown = shown
        self.more = more
        """Whether it is to go after the points of that name that came before."""


class RunFinished(RunMessage):
    """The run ended with a verdict."""

    def __init__(self, view: StepView, verdict: Verdict) -> None:
        super().__init__(view)
        self.verdict = verdict


class RunFailed(RunMessage):
    """The run could not be made; `sentence` says why and what to do."""

    def __init__(self, view: StepView, sentence: str) -> None:
        super().__init__(view)
        self.sentence = sentence
