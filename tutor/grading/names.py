"""Names that the frameworks write in many ways: dtypes, devices, exceptions."""

from __future__ import annotations

import re

MAX_LENGTH = 200
"""Characters in a name, however dressed."""

_WIDTHS = ("8", "16", "32", "64")
DTYPES = frozenset(
    {f"int{width}" for width in ("4", *_WIDTHS)}
    | {f"uint{width}" for width in ("4", *_WIDTHS)}
    | {"float16", "float32", "float64", "bfloat16", "float8_e4m3fn", "float8_e5m2", "bool"}
    | {"complex64", "complex128", "string", "object"}
)
"""The NumPy-style names that grading knows."""

_SHORT = {
    "half": "float16",
    "double": "float64",
    "long": "int64",
    "short": "int16",
    "byte": "uint8",
    "bool_": "bool",
    "boolean": "bool",
    "cfloat": "complex64",
    "cdouble": "complex128",
    "str": "string",
    "fp8": "float8_e4m3fn",
}
_TORCH_ONLY = {"float": "float32", "int": "int32"}
"""Words that are dtypes in PyTorch and Python types, of another width, elsewhere."""

_LETTERS = {"f": "float", "fp": "float", "bf": "bfloat", "i": "int", "s": "int", "u": "uint"}
_DRESSED = re.compile(r"^<?(?:dtype|class)\s*[:(]?\s*(.*?)\s*[)>]*$")


def dtype_name(text: str) -> str | None:
    """Return the NumPy-style name of a dtype written in any usual way, or None.

    Reads `float32`, `torch.float32`, `tf.float32`, `jnp.float32`, `<dtype: 'float32'>`,
    `dtype('float32')`, `<class 'jax.numpy.float32'>`, `torch.long`, `f32`, `bf16`.
    """
    name = text.strip().strip("`'\"").strip().lower()
    if len(name) > MAX_LENGTH:
        return None
    dressed = _DRESSED.match(name)
    if dressed:
        name = dressed.group(1)
    name = name.strip("'\" ")
    prefix, _, name = name.rpartition(".")
    if name in DTYPES:
        return name
    if name in _SHORT:
        return _SHORT[name]
    if name in _TORCH_ONLY and prefix.endswith("torch"):
        return _TORCH_ONLY[name]
    short = re.fullmatch(r"(fp|bf|f|i|s|u)(\d+)", name)
    if short:
        name = _LETTERS[short.group(1)] + short.group(2)
    return name if name in DTYPES else None


_GPU = ("cuda", "gpu", "rocm")
_DEVICE = re.compile(r"(cpu|cuda|gpu|rocm|tpu|mps|xpu|meta)\D*?(\d+)?\D*$")


def device_name(text: str) -> str | None:
    """Return `cpu:0`, `cuda:1` … for a device written in any usual way, or None.

    Reads `cpu`, `cuda`, `cuda:0`, `GPU:0`, `CudaDevice(id=0)`, `TFRT_CPU_0`,
    `device(type='cuda', index=0)`, `/job:localhost/replica:0/task:0/device:GPU:0`. A missing index
    is 0, and `gpu` is `cuda`.
    """
    name = text.strip().lower()
    if len(name) > MAX_LENGTH:
        return None
    found = _DEVICE.search(name.rpartition("device:")[2])
    if not found:
        return None
    family = "cuda" if found.group(1) in _GPU else found.group(1)
    return f"{family}:{found.group(2) or 0}"


_EXCEPTION = re.compile(r"^(?:<class\s+)?['\"]?((?:[A-Za-z_]\w*\.)*)([A-Za-z_]\w*)['\"]?>?$")


def exception_name(text: str) -> str | None:
    """Return the class's own name for an exception written with or without its module, or None.

    A whole line, `TypeError: message`, or a call, `TypeError("message")`, names its class too.
    """
    if len(text) > MAX_LENGTH:
        text = text[:MAX_LENGTH]  # a pasted traceback line: the class comes first
    head = re.split(r"[:(]\s", text.strip().strip("`").strip() + " ", maxsplit=1)[0]
    head = re.split(r"\(", head, maxsplit=1)[0].strip().rstrip(":")
    found = _EXCEPTION.match(head)
    return found.group(2) if found else None
