"""Runs the UI on the fake session in a process of its own: `python -m tests.ui.fake_main DRAFTS [STEP]`.

Every draft is written to DRAFTS as it is saved, so that a test can see what outlived the process.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

from tests.ui import fake_course
from tutor.course.models import FrameworkName
from tutor.session import Draft, StepRef
from tutor.ui.app import TutorApp, run


def main(drafts: Path, step: str | None) -> int:
    fake = fake_course.session()
    keep = fake.save_draft

    def save(ref: StepRef, framework: FrameworkName, draft: Draft) -> None:
        keep(ref, framework, draft)
        drafts.write_text(json.dumps({"step": str(ref), "text": draft.text}))

    fake.save_draft = save  # type: ignore[method-assign]
    if step == "crash":

        def crash(self: TutorApp) -> None:
            raise ZeroDivisionError("on purpose")

        TutorApp.action_help = crash  # type: ignore[method-assign]
        step = "by-hand"
    ref = StepRef(fake_course.LESSON, step) if step else None
    status = run(fake.as_session(), ref, reports=drafts.parent)
    with contextlib.suppress(OSError):  # the terminal may be gone
        sys.stderr.write(f"closed={fake.closed}\n")
        sys.stderr.flush()
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
