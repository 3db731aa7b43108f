"""Numbers as views write them."""

from __future__ import annotations

import math


def number(value: float | None, digits: int = 4) -> str:
    """``value`` with the digits that matter: `0.0123`, `1,234`, `1.2e-09`, `NaN`, `-Inf`."""
    if value is None:
        return "–"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    if value == 0:
        return "0"
    if not 1e-3 <= abs(value) < 1e6:
        if value == int(value) and abs(value) < 1e9:
            return f"{int(value):,}"
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        return f"{_short(mantissa)}e{exponent}"
    before = len(str(int(abs(value)))) if abs(value) >= 1 else math.ceil(math.log10(abs(value)))
    return _short(f"{value:,.{max(0, digits - before)}f}")


def _short(text: str) -> str:
    """Without zeros at the end of its decimals."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def seconds(value: float) -> str:
    """A duration: `85 µs`, `12.3 ms`, `3.4 s`, `2 min 5 s`."""
    if not math.isfinite(value):
        return number(value)
    if abs(value) >= 59.95:
        whole = round(abs(value))
        return f"{'-' if value < 0 else ''}{whole // 60} min {whole % 60} s"
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "µs")):
        if abs(value) * factor >= 0.9995:
            return f"{number(value * factor, 3)} {unit}"
    return f"{number(value * 1e9, 3)} ns" if value else "0 s"


def count(many: int, what: str) -> str:
    """A number with its noun: `1 point`, `1,000 points`."""
    return f"{many:,} {what}" if many == 1 else f"{many:,} {what}s"


def shape(dims: tuple[int | None, ...] | None, dtype: str = "") -> str:
    """A shape after its dtype, as in `float32[8, 16]`; `?` for a size that is not known."""
    if dims is None:
        return dtype
    inside = ", ".join("?" if size is None else str(size) for size in dims)
    return f"{dtype}[{inside}]"
