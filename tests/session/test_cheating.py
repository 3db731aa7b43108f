"""Programs that try to pass without being right. None may, and the next honest attempt does.

The worker isolates accidents and is no sandbox; these are the tricks that a curious learner tries.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.runtime.hosts import no_attempt_left
from tests.session.bench import RIGHT, ref, session_loop, submit
from tutor.session import Session

pytestmark = session_loop

CHEATS_COURSE = """\
course: cheats
title: What is checked, and how
tracks:
  - {id: main, title: The only track, lessons: [guarded]}
"""

GUARDED = """\
lesson: guarded
title: Guarded
track: main
frameworks: [torch]
minutes: 5
goals: [be checked]
steps:
  - code:
      id: total
      ask: Write `total`, the sum of squares of a tensor.
      seconds: 3
      inputs: {x: normal(5)}
      variants:
        torch:
          setup: import torch
          starter: "def total(x): return ____"
          solution: "def total(x): return (x * x).sum()"
      task: fill
      checks:
        - that: total(x)
  - code:
      id: slope
      ask: Write `slope`, the derivative of the given `cube`.
      inputs: {x: normal(5)}
      variants:
        torch:
          setup: |
            import torch

            def cube(x):
                return (x ** 3).sum()
          starter: "def slope(x): return x"
          solution: "def slope(x): return 3 * x ** 2"
      checks:
        - that: slope(x)
          equals: finite_difference(cube, x)
          rtol: 1e-2
          atol: 1e-2
        - that: float(torch.linalg.vector_norm(slope(x) - gradient(cube, x)))
          at_most: 0.001
        - that: torch.allclose(slope(x), gradient(cube, x), atol=1e-4)
          is: true
        - that: leaked()
          is: []
  - code:
      id: warned
      ask: Write `quiet`.
      variants:
        torch:
          setup: import torch
          starter: "def quiet(): print('a')"
          solution: "def quiet(): return 3"
      checks:
        - that: prints(quiet)
          is: []
        - that: quiet()
          is: 3
        - that: len(range(quiet()))
          is: 3
        - that: uses("print")
          is: false
"""


@pytest.fixture(scope="module")
def cheats_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = tmp_path_factory.mktemp("cheats") / "course"
    (course / "main").mkdir(parents=True)
    (course / "course.yaml").write_text(CHEATS_COURSE)
    (course / "main" / "01-guarded.yaml").write_text(GUARDED)
    return course


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def session(
    cheats_course: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Session]:
    session = Session.open(course=cheats_course, home=tmp_path_factory.mktemp("cheater"))
    session.trust()
    yield session
    await session.close()


HONEST = {
    "total": "def total(x):\n    return x @ x",
    "slope": "def slope(x):\n    return 3 * x * x",
    "warned": "def quiet():\n    return 3",
}


async def refused(session: Session, step: str, source: str) -> str:
    """Submit a cheat and then an honest answer; return what the cheat was told."""
    cheat = await submit(session, f"guarded/{step}", "torch", source)
    assert cheat.name in ("fail", "unchecked"), f"{cheat.name}: {cheat.message}"
    assert cheat.message.strip()
    assert "Traceback" not in cheat.message
    honest = await submit(session, f"guarded/{step}", "torch", HONEST[step])
    assert honest.name == "pass", honest.message
    return cheat.message


WRONG = "def total(x):\n    return x.sum()\n"

TOTAL: dict[str, str] = {
    "prints what a pass looks like": (
        "print('pass')\nprint('{\"op\": \"done\", \"how\": \"finished\"}')\n" + WRONG
    ),
    "patches the comparisons": (
        "true = lambda *a, **k: True\n"
        "torch.allclose = torch.equal = torch.isclose = torch.Tensor.equal = true\n"
        "torch.Tensor.allclose = torch.Tensor.__eq__ = true\n" + WRONG
    ),
    "patches builtins": (
        "import builtins\n"
        "for name in ('isinstance', 'len', 'type', 'repr', 'sorted', 'float', 'id', 'getattr'):\n"
        "    setattr(builtins, name, lambda *a, **k: True)\n" + WRONG
    ),
    "patches its own builtins": (
        "b = __builtins__ if isinstance(__builtins__, dict) else vars(__builtins__)\n"
        "b['isinstance'] = b['len'] = b['type'] = lambda *a: True\n" + WRONG
    ),
    "patches json": (
        "import json, json.encoder\n"
        "json.dumps = json.JSONEncoder.encode = lambda *a, **k: '{}'\n"
        "json.encoder.c_make_encoder = json.encoder.encode_basestring_ascii = None\n" + WRONG
    ),
    "patches numpy": (
        "import numpy as np\n"
        "true = lambda *a, **k: True\n"
        "np.allclose = np.array_equal = np.isclose = np.testing.assert_allclose = true\n"
        "np.asarray = np.ascontiguousarray = lambda *a, **k: 0\n" + WRONG
    ),
    "patches how tensors are read": (
        "zero = torch.zeros(())\n"
        "for name in ('detach', 'cpu', 'numpy', 'tolist', 'item', 'data_ptr', 'contiguous'):\n"
        "    setattr(torch.Tensor, name, lambda *a, **k: zero)\n" + WRONG
    ),
    "patches what inputs are made of": (
        "torch.tensor = torch.from_numpy = lambda *a, **k: torch.zeros(5)\n"
        "def total(x):\n    return torch.zeros(())\n"
    ),
    "an object that equals everything": (
        "class Any:\n"
        "    shape, dtype, requires_grad = (), torch.float32, False\n"
        "    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True\n"
        "    __float__ = lambda self: 0.0\n"
        "    __array__ = lambda self, *a, **k: __import__('numpy').zeros(())\n"
        "    __class__ = torch.Tensor\n"
        "    __hash__ = object.__hash__\n"
        "    __sub__ = __rsub__ = __abs__ = lambda self, *a: self\n"
        "    __torch_function__ = classmethod(lambda cls, *a, **k: True)\n"
        "def total(x):\n    return Any()\n"
    ),
    "a subclass of Tensor": (
        "class Sly(torch.Tensor):\n"
        "    @classmethod\n"
        "    def __torch_function__(cls, function, types, args=(), kwargs=None):\n"
        "        return torch.zeros(())\n"
        "    def detach(self): return torch.zeros(())\n"
        "    def numpy(self): return 0\n"
        "    __eq__ = lambda self, other: True\n"
        "    dtype = property(lambda self: torch.float32)\n"
        "    shape = property(lambda self: ())\n"
        "def total(x):\n    return torch.Tensor._make_subclass(Sly, x.sum())\n"
    ),
    "numbers that lie": (
        "class Lie(float):\n"
        "    __eq__ = lambda self, other: True\n"
        "    hex = __repr__ = lambda self: '0x0p+0'\n"
        "    __float__ = lambda self: 0.0\n"
        "def total(x):\n    return Lie(1e9)\n"
    ),
    "the answer for one public input": (
        "seen = x.clone()\n"
        "def total(x):\n"
        "    return (seen * seen).sum()\n"
    ),
    "reads the frames above it": (
        "import sys\n"
        "def total(x):\n"
        "    frame = sys._getframe()\n"
        "    while frame:\n"
        "        for name, value in list(frame.f_locals.items()):\n"
        "            if any(word in name for word in ('expect', 'solution', 'want', 'refer')):\n"
        "                return value\n"
        "            if isinstance(value, dict) and 'solution' in value:\n"
        "                return value['solution']\n"
        "        frame = frame.f_back\n"
        "    return x.sum()\n"
    ),
    "replaces its input": "x = torch.zeros(5)\ndef total(_):\n    return torch.zeros(())\n",
    "changes its input": "def total(x):\n    x.zero_()\n    return x.sum()\n",
    "traces the frames of its judge": (
        "import sys\n"
        "def tracer(frame, event, arg):\n"
        "    frame.f_locals['value'] = frame.f_locals['rows'] = []\n"
        "    if event == 'return' and frame.f_code.co_name == 'encode':\n"
        "        frame.f_globals['_simple'] = lambda value: {'t': 'none'}\n"
        "    return tracer\n"
        "sys.settrace(tracer)\nsys.setprofile(tracer)\n" + WRONG
    ),
    "exits as if all were well": "import os\nprint('pass', flush=True)\nos._exit(0)\n",
    "exits while it is checked": "import os\ndef total(x):\n    os._exit(0)\n",
    "raises SystemExit while it is checked": "def total(x):\n    raise SystemExit(0)\n",
    "at exit": (
        "import atexit\n"
        "atexit.register(print, 'pass')\n" + WRONG
    ),
    "lets a fork report": (
        "import os, time\n"
        "if os.fork():\n"
        "    time.sleep(60)\n" + WRONG
    ),
    "a fork that outlives it": (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    time.sleep(0.2)\n"
        "    print('pass', flush=True)\n" + WRONG
    ),
    "patches the system calls": (
        "import os, sys, time, signal\n"
        "os.write = lambda fd, data: len(data)\n"
        "os._exit = sys.exit = lambda *a: None\n"
        "os.getpid = lambda: 1\n"
        "signal.signal = lambda *a: None\n" + WRONG
    ),
    "searches for the encoder": (
        "import gc\n"
        "def fake(self, *a, **k): return {'t': 'number', 'kind': 'float', 'text': '0x0.0p+0'}\n"
        "for thing in gc.get_objects():\n"
        "    kind = type(thing)\n"
        "    if kind.__module__.startswith('fwtutor') and hasattr(kind, 'encode'):\n"
        "        kind.encode = kind._encode = fake\n"
        "def total(x):\n    return 0.0\n"
    ),
    "searches for the modules": (
        "import gc, types\n"
        "fake = lambda *a, **k: {'t': 'number', 'kind': 'float', 'text': '0x0.0p+0'}\n"
        "for thing in gc.get_objects():\n"
        "    if isinstance(thing, types.FunctionType) and '_simple' in thing.__globals__:\n"
        "        thing.__globals__['_simple'] = fake\n"
        "def total(x):\n    return 0.0\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOTAL)
async def test_a_value_that_the_solution_decides(session: Session, name: str) -> None:
    await refused(session, "total", TOTAL[name])


SLOPE: dict[str, str] = {
    "overrides an instrument": (
        "finite_difference = gradient = lambda f, x: x\n"
        "def slope(x):\n    return x\n"
    ),
    "overrides it inside the function": (
        "def slope(x):\n"
        "    global finite_difference, gradient, leaked\n"
        "    finite_difference = gradient = lambda f, x: x\n"
        "    leaked = list\n"
        "    return x\n"
    ),
    "patches what the probe calls": (
        "torch.allclose = lambda *a, **k: True\n"
        "torch.linalg.vector_norm = lambda *a: 0.0\n"
        "float = lambda value: 0.0\n"
        "def slope(x):\n    return x\n"
    ),
    "patches it late": (
        "def slope(x):\n"
        "    torch.allclose = lambda *a, **k: True\n"
        "    torch.linalg.vector_norm = lambda *a: torch.zeros(())\n"
        "    torch.autograd.grad = lambda result, inputs, **k: [i.detach() for i in inputs]\n"
        "    torch.tensor = lambda *a, **k: torch.zeros(5)\n"
        "    return x\n"
    ),
    "patches what the oracle uses": (
        "torch.tensor = torch.from_numpy = lambda *a, **k: torch.zeros(5)\n"
        "torch.autograd.grad = lambda result, inputs, **k: [torch.zeros(5)]\n"
        "def slope(x):\n    return torch.zeros(5)\n"
    ),
    "searches for the encoder": TOTAL["searches for the encoder"].replace(
        "def total(x):\n    return 0.0", "def slope(x):\n    return x"
    ),
    "searches for the modules": TOTAL["searches for the modules"].replace(
        "def total(x):\n    return 0.0", "def slope(x):\n    return x"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SLOPE)
async def test_a_value_that_the_learners_own_program_decides(session: Session, name: str) -> None:
    await refused(session, "slope", SLOPE[name])


WARNED: dict[str, str] = {
    "overrides instruments": (
        "prints = lambda f: []\nuses = lambda name: False\n"
        "def quiet():\n    print('a')\n    return 3"
    ),
    "overrides what the probe calls": (
        "import builtins\nbuiltins.print = print\nlen = lambda *a: 3\ndef quiet():\n    return 2"
    ),
    "an integer that lies": (
        "class Three(int):\n    __eq__ = lambda self, other: True\n"
        "    __hash__ = int.__hash__\n    __index__ = lambda self: 3\n"
        "def quiet():\n    return Three(5)"
    ),
}


@pytest.mark.parametrize("name", WARNED)
async def test_a_constant(session: Session, name: str) -> None:
    await refused(session, "warned", WARNED[name])


FORGE = """
import base64, json, os, struct

def frame(head, rows):
    blob = json.dumps(rows).encode()
    text = json.dumps(head).encode()
    return struct.pack(">II", len(text), len(blob)) + text + blob

three = {{"t": "number", "kind": "int", "text": "3"}}
rows = [[{{"t": "sequence", "kind": "list", "items": []}}, three, three,
         {{"t": "number", "kind": "bool", "text": "False"}}]]
for head in ({heads}):
    for fd in range(3, 64):
        try:
            os.write(fd, frame(head, rows))
        except OSError:
            pass
"""

DONE = '{"op": "done", "how": "finished", "seconds": 0.0, "warnings": [], "leaks": []}'


@pytest.mark.parametrize(
    "heads",
    [
        f"{DONE},",
        f'{{"op": "begin"}}, {DONE}',
        '{"op": "ended", "id": 1, "facts": {"how": "finished"}},',
        '{"op": "ready", "device": "cpu", "devices": []},',
        '{"op": "warm"},',
        '{"op": "failed"},',
        '{"op": "failed", "what": "packages", "missing": ["all"]},',
        '{"op": "nothing"},',
        '{"no": "op"},',
        '[1],',
        '{"op": ["done"]},',
        '{"op": "done", "seal": None},',
    ],
)  # fmt: skip
@pytest.mark.parametrize("after", ["quiet = print", "while True: pass", "os._exit(0)"])
async def test_forged_reports(session: Session, heads: str, after: str) -> None:
    source = FORGE.format(heads=heads)
    cheat = await submit(session, "guarded/warned", "torch", f"{source}\n{after}")
    assert cheat.name in ("fail", "unchecked", "skipped"), cheat.message
    assert cheat.message.strip()
    assert (await submit(session, "guarded/warned", "torch", HONEST["warned"])).name == "pass"


@pytest.mark.parametrize(
    "noise", ["b'x' * 100", "b'\\xff' * 8", "b'\\0' * 8", "bytes(1 << 20)", "b'\\0\\0\\0\\x10' * 2"]
)
async def test_noise_on_every_descriptor(session: Session, noise: str) -> None:
    source = (
        "import os\nfor fd in range(3, 64):\n"
        f"    try:\n        os.set_blocking(fd, False)\n        os.write(fd, {noise})\n"
        "    except OSError:\n        pass\nquiet = print\n"
    )
    cheat = await submit(session, "guarded/warned", "torch", source)
    assert cheat.name in ("fail", "unchecked")
    assert (await submit(session, "guarded/warned", "torch", HONEST["warned"])).name == "pass"


async def test_nothing_of_them_is_left(session: Session) -> None:
    [host] = session.pool.alive()
    assert await no_attempt_left(host)
    assert session.store.passed("cheats") == {
        "guarded": {(step, "torch") for step in HONEST}
    }  # by the honest attempts
    assert os.path.isdir(host.folder)


async def test_an_honest_answer_in_another_form(learner: Session) -> None:
    """What looks odd and is right must still pass."""
    for source in (
        RIGHT + "len = None\nprint = None\n",
        "import sys\nsys.setrecursionlimit(500)\n" + RIGHT,
        "from torch import *\n" + RIGHT,
    ):
        done = await submit(learner, "kinds/loss", "torch", source)
        assert done.name == "pass", done.message
    assert learner.step_view(ref("kinds/loss"), "torch").kind == "code"
