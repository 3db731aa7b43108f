"""What the models cannot say: rules across fields, and code that must parse.

Each kind of step has a function that yields :class:`Fault`; none of them runs anything.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator, Sequence
from typing import Any, cast

from tutor.course.inputs import fault_in
from tutor.course.models import (
    Check,
    Choose,
    Code,
    Distractor,
    FrameworkName,
    LessonHead,
    Measure,
    Mistake,
    Model,
    Option,
    Order,
    Read,
    Step,
    Value,
    Variant,
)
from tutor.course.resolve import PLACEMENT, frameworks_of, step_id
from tutor.course.validate import Fault
from tutor.course.yaml_positions import Keys, shorten
from tutor.errors import nearest

BLANK = "____"
"""What a learner fills in."""
_SYNTAX_ERRORS = ("SyntaxError", "IndentationError", "TabError")
_ALMOST_BOOLEAN = ("yes", "no", "on", "off", "y", "n", "Yes", "No", "On", "Off")


def lesson_faults(
    head: LessonHead | None,
    steps: Sequence[tuple[Keys, int, Step]],
    expected_id: str | None,
) -> Iterator[Fault]:
    """Rules of the lesson as a whole; `head` is None where the head has faults of its own."""
    if head is not None:
        if expected_id is not None and head.lesson != expected_id:
            yield Fault(
                ("lesson",),
                f"the lesson is `{head.lesson}` but its file is named `{expected_id}`; "
                "the two must agree",
            )
        if head.lesson in head.requires:
            at = head.requires.index(head.lesson)
            yield Fault(("requires", at), "a lesson cannot require itself")
        yield from _repeated(head.frameworks, ("frameworks",))
        yield from _repeated(head.requires, ("requires",))
        yield from _placement_faults(head, steps)
    seen: dict[str, int] = {}
    for keys, index, step in steps:
        name = step_id(step, index)
        if name in seen:
            yield Fault(
                (*keys, "id") if step.id else keys,
                f"the id `{name}` is taken by step {seen[name] + 1}; ids are unique in a lesson",
            )
        seen.setdefault(name, index)


def step_faults(head: LessonHead | None, step: Step, keys: Keys) -> Iterator[Fault]:
    """Rules of one step; `head` is None where the lesson's head has faults of its own."""
    yield from _repeated(step.frameworks, (*keys, "frameworks"))
    if head is not None:
        yield from _framework_faults(head, step, keys)
    yield from _show_faults(step, keys)
    if step.needs.devices and step.needs.device:
        message = "`devices` are made of the CPU; leave `device` out"
        yield Fault((*keys, "needs", "devices"), message)
    match step:
        case Read():
            yield from _programs(step.given, (*keys, "given"))
        case Value():
            yield from _value_faults(step, keys)
        case Code():
            yield from _code_faults(step, keys)
        case Choose():
            yield from _programs(step.given, (*keys, "given"))
            yield from _option_faults(step.options, keys, several=step.several)
        case Order():
            yield from _order_faults(step, keys)
        case Measure():
            yield from _measure_faults(step, keys)


# --- placement


def _placement_faults(head: LessonHead, steps: Sequence[tuple[Keys, int, Step]]) -> Iterator[Fault]:
    """The exercises of a placement test: there, for an answer, and one or two per framework."""
    yield from _repeated(head.placement, ("placement",))
    named = {step_id(step, index): step for _, index, step in steps}
    chosen = [named[name] for name in head.placement if name in named]
    for index, name in enumerate(head.placement):
        if name not in named:
            message = f"this lesson has no step `{name}`.{nearest(name, named)}"
            yield Fault(("placement", index), message)
        elif isinstance(named[name], Read):
            yield Fault(("placement", index), f"`{name}` asks nothing; name an exercise")
    for framework in head.frameworks if chosen else ():
        many = sum(framework in frameworks_of(head, step) for step in chosen)
        if not 1 <= many <= PLACEMENT:
            found = many or "none"
            message = f"expected one or two exercises for `{framework}`, found {found}"
            yield Fault(("placement",), message)


# --- frameworks


def _framework_faults(head: LessonHead, step: Step, keys: Keys) -> Iterator[Fault]:
    for index, name in enumerate(step.frameworks):
        if name not in head.frameworks:
            yield Fault((*keys, "frameworks", index), _not_listed(name, head))
    offered = frameworks_of(head, step)
    for path, texts in _maps(step, keys):
        # a framework may need no distractors, and have nothing to show
        partial = path[-1] == "distractors" or (path[-1] == "of" and path[-3] == "show")
        for name in texts:
            if name not in head.frameworks:
                yield Fault((*path, name), _not_listed(name, head), key=True)
            elif name not in offered:
                names = ", ".join(f"`{other}`" for other in offered)
                message = f"`{name}` is not among this step's frameworks, {names}"
                yield Fault((*path, name), message, key=True)
        missing = [name for name in offered if name not in texts]
        if missing and not partial:
            names = ", ".join(f"`{name}`" for name in missing)
            have = ", ".join(name for name in offered if name in texts)
            yield Fault(
                path,
                f"nothing here for {names}; add it, or give the step `frameworks: [{have}]`",
                key=True,
            )


def _not_listed(name: str, head: LessonHead) -> str:
    listed = ", ".join(f"`{other}`" for other in head.frameworks)
    return f"the lesson does not list `{name}`; its `frameworks` are {listed}"


def _maps(model: Model, keys: Keys) -> Iterator[tuple[Keys, dict[FrameworkName, Any]]]:
    """Every map of one thing per framework within a model, with its path."""
    names = zip(model.__struct_fields__, model.__struct_encode_fields__, strict=True)
    for field, name in names:
        value: Any = getattr(model, field)
        path = (*keys, name)
        if isinstance(value, dict) and name not in ("inputs", "is"):
            yield path, value
        elif isinstance(value, tuple):
            for index, item in enumerate(cast("tuple[Any, ...]", value)):
                if isinstance(item, Model):
                    yield from _maps(item, (*path, index))
                elif isinstance(item, dict):
                    yield (*path, index), item


# --- kinds of step


def _value_faults(step: Value, keys: Keys) -> Iterator[Fault]:
    yield from _programs(step.setup, (*keys, "setup"))
    if step.form != "exception":  # a step may ask which error bad syntax gives
        yield from _programs(step.given, (*keys, "given"))
    yield from _expressions(step.answer, (*keys, "answer"))
    yield from _mistake_faults(step.mistakes, keys)


def _mistake_faults(mistakes: Sequence[Mistake], keys: Keys) -> Iterator[Fault]:
    for index, mistake in enumerate(mistakes):
        path = (*keys, "mistakes", index)
        if (mistake.probe is None) == (mistake.answer is None):
            found = "neither" if mistake.probe is None else "both"
            yield Fault(path, f"a mistake has either `probe` or `answer`; found {found}")
        yield from _expressions(mistake.probe, (*path, "probe"))


def _code_faults(step: Code, keys: Keys) -> Iterator[Fault]:
    for name, generator in step.inputs.items():
        path = (*keys, "inputs", name)
        if not name.isidentifier() or keyword.iskeyword(name):
            yield Fault(path, f"`{shorten(name)}` cannot be a variable's name", key=True)
        wrong = fault_in(generator)
        if wrong:
            yield Fault(path, wrong)
    for name, variant in step.variants.items():
        yield from _variant_faults(variant, step.task, (*keys, "variants", name))
    yield from _check_faults(step.checks, keys)


def _variant_faults(variant: Variant, task: str, keys: Keys) -> Iterator[Fault]:
    yield from _programs(variant.setup, (*keys, "setup"))
    yield from _programs(variant.solution, (*keys, "solution"))
    if _bare(variant.starter) == _bare(variant.solution):
        yield Fault((*keys, "starter"), "the starter is the solution; leave something to do")
    blanks = BLANK in variant.starter
    if task == "fill" and not blanks:
        yield Fault((*keys, "starter"), f"`task: fill` needs a blank, `{BLANK}`, in the starter")
    if task != "fill" and blanks:
        yield Fault(
            (*keys, "starter"), f"the starter has a blank, `{BLANK}`; that needs `task: fill`"
        )
    if BLANK in variant.solution:
        yield Fault((*keys, "solution"), f"the solution still has a blank, `{BLANK}`")
    for index, mistake in enumerate(variant.mistakes):
        path = (*keys, "mistakes", index)
        if mistake.code is None and mistake.raises is None:
            yield Fault(path, "a mistake in code has `code`, or `raises`, or both; found neither")
        if mistake.matching is not None and mistake.raises is None:
            yield Fault(
                (*path, "matching"), "`matching` is part of an exception's message; add `raises`"
            )
        if mistake.code is not None and mistake.raises not in _SYNTAX_ERRORS:
            yield from _programs(mistake.code, (*path, "code"))


def _check_faults(checks: Sequence[Check], keys: Keys) -> Iterator[Fault]:
    for index, check in enumerate(checks):
        path = (*keys, "checks", index)
        yield from _expressions(check.that, (*path, "that"))
        yield from _expressions(check.equals, (*path, "equals"))
        bounded = check.at_least is not None or check.at_most is not None
        ways = {
            "`equals`": check.equals is not None,
            "`is`": check.is_ is not None,
            "`at_least`/`at_most`": bounded,
            "`raises`": check.raises is not None,
        }
        used = [name for name, given in ways.items() if given]
        if len(used) > 1:
            yield Fault(path, f"a check has one expectation; found {' and '.join(used)}")
        low, high = check.at_least, check.at_most
        if low is not None and high is not None and low > high:
            yield Fault((*path, "at_least"), f"nothing is at least {low} and at most {high}")


def _option_faults(options: Sequence[Option], keys: Keys, *, several: bool) -> Iterator[Fault]:
    right = 0
    for index, option in enumerate(options):
        path = (*keys, "options", index, "right")
        if isinstance(option.right, str):
            if option.right in _ALMOST_BOOLEAN:
                yield Fault(path, f"`{option.right}` is text in YAML 1.2; write `true` or `false`")
            yield from _expressions(option.right, path)
        right += option.right is True
    if not any(option.right for option in options):
        yield Fault((*keys, "options"), "no option is right; give one `right: true`", key=True)
    elif right > 1 and not several:
        yield Fault(
            (*keys, "options"),
            f"{right} options are right but the learner may mark one; add `several: true`",
            key=True,
        )


def _order_faults(step: Order, keys: Keys) -> Iterator[Fault]:
    yield from _programs(step.setup, (*keys, "setup"))
    per_framework: list[tuple[Keys, tuple[str, ...]]] = (
        [((*keys, "lines", name), lines) for name, lines in step.lines.items()]
        if isinstance(step.lines, dict)
        else [((*keys, "lines"), step.lines)]
    )
    for path, lines in per_framework:
        if len(lines) < 2:
            yield Fault(path, f"expected at least 2 lines to put in order, found {len(lines)}")
        elif step.checks:
            yield from _program("\n".join(lines), path, joined=True)
    for path, distractor, framework in _distractors(step, keys):
        lines = step.lines if isinstance(step.lines, tuple) else step.lines.get(framework, ())
        if any(distractor.line.strip() == line.strip() for line in lines):
            yield Fault((*path, "line"), "this distractor is equal to a line that belongs")
    yield from _check_faults(step.checks, keys)


def _distractors(step: Order, keys: Keys) -> Iterator[tuple[Keys, Distractor, FrameworkName]]:
    """Each distractor with its path, once for every framework that shows it."""
    path = (*keys, "distractors")
    if isinstance(step.distractors, dict):
        for name, distractors in step.distractors.items():
            for index, distractor in enumerate(distractors):
                yield (*path, name, index), distractor, name
        return
    names: Sequence[FrameworkName] = (
        tuple(step.lines) if isinstance(step.lines, dict) else ("torch",)
    )
    for index, distractor in enumerate(step.distractors):
        for name in names:
            yield (*path, index), distractor, name


def _measure_faults(step: Measure, keys: Keys) -> Iterator[Fault]:
    yield from _programs(step.given, (*keys, "given"))
    yield from _expressions(step.results, (*keys, "results"))
    if (step.answer is None) == (not step.options):
        found = "neither" if step.answer is None else "both"
        message = f"a measurement has either `answer` or `options`; found {found}"
        yield Fault(keys, message, key=True)
    yield from _expressions(step.answer, (*keys, "answer"))
    if step.options:
        yield from _option_faults(step.options, keys, several=False)
        if step.mistakes:
            message = "`mistakes` go with `answer`; each option has its own `why`"
            yield Fault((*keys, "mistakes"), message, key=True)
    yield from _mistake_faults(step.mistakes, keys)


# --- views


def _show_faults(step: Step, keys: Keys) -> Iterator[Fault]:
    for index, show in enumerate(step.show):
        path = (*keys, "show", index)
        if show.view == "timeline":
            if show.of is not None:
                yield Fault(
                    (*path, "of"), "a timeline is of the whole run; leave `of` out", key=True
                )
        elif show.of is None:
            yield Fault(path, f"a `{show.view}` needs `of`: an expression for what is drawn")
        yield from _expressions(show.of, (*path, "of"))
        for place, caption in _sources(show.caption, (*path, "caption")):
            if "\n" in caption.strip():
                yield Fault(place, "a caption is one line; put the rest into `explain`")


# --- source


def _expressions(sources: str | dict[FrameworkName, str] | None, keys: Keys) -> Iterator[Fault]:
    """A probe must be one Python expression."""
    for path, source in _sources(sources, keys):
        if not source.strip():
            yield Fault(path, "expected a Python expression, found none")
            continue
        wrong = _syntax_fault(source.strip(), "eval")
        if wrong is not None:
            yield Fault(path, f"`{shorten(source)}` is not one Python expression: {wrong.message}")


def _programs(sources: str | dict[FrameworkName, str] | None, keys: Keys) -> Iterator[Fault]:
    """Code must parse."""
    for path, source in _sources(sources, keys):
        yield from _program(source, path)


def _program(source: str, keys: Keys, *, joined: bool = False) -> Iterator[Fault]:
    wrong = _syntax_fault(source, "exec")
    if wrong is None:
        return
    if joined:
        index = max(min(wrong.line - 1, source.count("\n")), 0)
        yield Fault((*keys, index), f"the lines in order are not Python: {wrong.message}")
    else:
        yield wrong._replace(keys=keys, message=f"this is not Python: {wrong.message}")


def _sources(
    sources: str | dict[FrameworkName, str] | None, keys: Keys
) -> Iterator[tuple[Keys, str]]:
    if isinstance(sources, str):
        yield keys, sources
    elif sources is not None:
        for name, source in sources.items():
            yield (*keys, name), source


def _syntax_fault(source: str, mode: str) -> Fault | None:
    """Python's own words for why `source` does not parse; None when it does."""
    try:
        ast.parse(source, mode=mode)
    except SyntaxError as error:
        last = source.rstrip().count("\n") + 1  # where an unfinished program is said to end
        line = min(max(error.lineno or 1, 1), last)
        return Fault((), error.msg or "invalid syntax", False, line, error.offset or 1)
    except (ValueError, RecursionError, MemoryError) as error:
        return Fault((), str(error) or "it is nested too deep", False, 1, 1)
    return None


def _bare(source: str) -> str:
    """Source without what a reader cannot see."""
    return re.sub(r"[ \t]+$", "", source.strip(), flags=re.MULTILINE)


def _repeated(names: Sequence[str], keys: Keys) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Fault((*keys, index), f"`{name}` is here twice")
