"""NumPy: no device, no autograd; there for comparison with the frameworks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .base import Adapter, NumpyLooks, flat_array
from .seen import Seen


class NumpyAdapter(Adapter):
    """Plain NumPy."""

    name = "numpy"

    def load(self) -> None:
        """Import it."""
        import numpy
        import numpy.linalg
        import numpy.random

        self.module = self.arrays = numpy
        self._looks = NumpyLooks()

    def warm(self) -> Iterator[None]:
        """Touch what is slow the first time."""
        self.module.random.default_rng(0)
        yield
        self.module.matmul(self.module.ones((4, 4)), self.module.ones((4, 4)))
        yield

    def seed(self, number: int) -> None:
        """Seed the global generator."""
        self.module.random.seed(number % (1 << 32))

    def array(self, values: Any, shape: tuple[int, ...], name: str) -> Any:
        """Make an ndarray."""
        return self.module.asarray(values, dtype=self._dtype(name)).reshape(shape)

    def _dtype(self, name: str) -> Any:
        if name == "bfloat16":
            import ml_dtypes

            return ml_dtypes.bfloat16
        return self.module.dtype(name)

    def is_tensor(self, value: Any) -> bool:
        """Whether it is an ndarray."""
        return isinstance(value, self.module.ndarray)

    def copy(self, value: Any) -> Any:
        """Copy an ndarray."""
        return value.copy()

    def state(self) -> dict[str, str]:
        """Error handling is NumPy's only global that changes results."""
        return {"errstate": f"numpy.seterr is {self.module.geterr()}"}

    def flat(self, value: Any) -> tuple[list[Any], tuple[int, ...], str]:
        """Elements, shape and dtype name."""
        return flat_array(value, self.module)

    def seen(self, value: Any) -> Seen | None:
        """An ndarray or a NumPy scalar."""
        return self._looks.seen(value)

    def host(self, value: Any) -> tuple[Any, Any]:
        """It is there already."""
        return self._looks.host(value)

    def keep(self, value: Any) -> Any:
        """Read it now."""
        return self._looks.keep(value)
