"""Program text as compilers write it, made fit to read; and what goes wrong while they do."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import re
import textwrap
from collections.abc import Iterator
from typing import Any

from .telling import NothingToShowError

_exists = os.path.exists

WHOLE = re.DOTALL | re.MULTILINE

OWN = re.compile(r"(answer|given|setup)(_\d+)?\.py")
"""Files of the learner's code, as tracebacks name them."""


@contextlib.contextmanager
def while_traced(f: Any) -> Iterator[None]:
    """Turn what the learner's function raises while it is traced into a sentence.

    Raises:
        NothingToShowError: It raised.
    """
    try:
        yield
    except NothingToShowError:
        raise
    except Exception as error:
        name = getattr(f, "__name__", type(f).__name__)
        raise NothingToShowError(
            f"{name} raised while it was traced{_where(error)}: {first_line(error)}"
        ) from error


def _where(error: BaseException) -> str:
    line, here = 0, error.__traceback__
    while here is not None:
        if OWN.fullmatch(here.tb_frame.f_code.co_filename):
            line = here.tb_lineno
        here = here.tb_next
    if not line:  # TensorFlow and Dynamo tell it in the message
        found = re.findall(r'File "(?:answer|given)(?:_\d+)?\.py", line (\d+)', str(error))
        line = int(found[-1]) if found else 0
    return f" (line {line})" if line else ""


def first_line(error: BaseException) -> str:
    """Return the exception's type, and the first line of what it says."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    kind = type(error).__name__
    if not lines:
        return f"{kind}."
    # AutoGraph puts a traceback before it, and the exception's own words last
    said = lines[-1] if lines[0] == "in user code:" else lines[0]
    said = said[:300].rstrip(".")
    return f"{said}." if said.startswith(f"{kind}:") else f"{kind}: {said}."


def plain_hlo(text: str) -> str:
    """Take out of HLO where each operation came from: it doubles the length of every line."""
    text = re.sub(r", metadata=\{[^{}]*\}", "", text)
    tables = r"^(FileNames|FunctionNames|FileLocations|StackFrames)\n(?:\d+ .*\n)*\n*"
    return re.sub(tables, "", text, flags=re.MULTILINE)


def plain_mlir(text: str) -> str:
    """Take the locations out of StableHLO."""
    text = re.sub(r"^#loc.*\n", "", text, flags=re.MULTILINE)
    # they nest: loc(callsite("a"("b":1:2) at "c"))
    inner = r"(?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*"
    return re.sub(rf" loc\({inner}\)", "", text)


def inductor_panes(texts: list[str]) -> dict[str, str]:
    """Split Inductor's modules into kernels, and the Python that calls them.

    What surrounds both, imports and a benchmark of its own, says nothing of the learner's code.
    """
    kernels: list[str] = []
    rest: list[str] = []
    for text in texts:
        pattern = r"async_compile\.(\w+)\((.*?)(?:r?''')(.*?)'''"
        kernels += [found[3].strip("\n") for found in re.finditer(pattern, text, re.DOTALL)]
        calls = re.sub(pattern, r"async_compile.\1(\2'''…'''", text, flags=re.DOTALL)
        found = re.search(r"^    def call\(.*?(?=^\S)|^def call\(.*?(?=^\S)", calls, WHOLE)
        rest.append(textwrap.dedent(found[0]).strip() if found else calls)
    panes = {"kernels": "\n\n".join(kernels)} if kernels else {}
    return {**panes, "calls": "\n\n".join(rest)}


# --- ONNX


def exported(torch: Any, model: Any, args: tuple[Any, ...]) -> Any:
    """Return a module exported to ONNX."""
    _onnx()
    if importlib.util.find_spec("onnxscript") is None:
        raise NothingToShowError(
            "torch.onnx.export needs the package onnxscript, which is not installed here."
        )
    return torch.onnx.export(model, args, dynamo=True, verbose=False)


def onnx_nodes(model: Any) -> list[dict[str, str]]:
    """Return the nodes of an ONNX model or file, with the shape of their first output."""
    onnx = _onnx()
    if isinstance(model, (str, os.PathLike)):
        if not _exists(model):
            raise NothingToShowError(f"There is no file `{os.fspath(model)}` to read.")
        try:
            model = onnx.load(os.fspath(model), load_external_data=False)
        except Exception as error:
            raise NothingToShowError(f"This is no ONNX file: {first_line(error)}") from None
    model = getattr(model, "model_proto", model)
    if not hasattr(getattr(model, "graph", None), "node"):
        raise NothingToShowError(
            f"ONNX nodes are read from a file or an ONNX model, and this is {type(model).__name__}."
        )
    with contextlib.suppress(Exception):  # without, shapes of what lies between are unknown
        model = onnx.shape_inference.infer_shapes(model)
    graph = model.graph
    shapes = {
        value.name: _onnx_shape(onnx, value.type.tensor_type)
        for value in (*graph.input, *graph.output, *graph.value_info)
    }
    return [
        {
            "op": node.op_type,
            "inputs": ", ".join(node.input),
            "outputs": ", ".join(node.output),
            "shape": shapes.get(node.output[0], "") if node.output else "",
        }
        for node in graph.node
    ]


def _onnx() -> Any:
    try:
        importlib.import_module("onnx.shape_inference")
        return importlib.import_module("onnx")
    except ImportError:
        raise NothingToShowError(
            "To read ONNX needs the package onnx, which is not installed here."
        ) from None


def _onnx_shape(onnx: Any, kind: Any) -> str:
    sizes = [dim.dim_param or str(dim.dim_value) for dim in kind.shape.dim]
    name = onnx.TensorProto.DataType.Name(kind.elem_type).lower()
    return f"{name}[{', '.join(sizes)}]"
