"""Where fwtutor keeps things on this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

CONFIG_FILE = "config.toml"


@dataclass(frozen=True)
class Paths:
    """The places that fwtutor reads and writes. Nothing is made by finding them."""

    data: Path
    """The folder of the learner's record."""
    config: Path
    """The configuration file; it need not exist."""
    cache: Path
    """The folder of what can be made again: the course index, the compilers' caches."""

    @classmethod
    def find(cls, home: Path | None = None) -> Paths:
        """Return the places under `home`, else FWTUTOR_HOME, else the platform's own."""
        given = os.fspath(home) if home is not None else os.environ.get("FWTUTOR_HOME", "")
        if given:
            root = Path(given).expanduser().absolute()
            return cls(data=root, config=root / CONFIG_FILE, cache=root / "cache")
        import platformdirs  # 3 ms; not needed with FWTUTOR_HOME

        return cls(
            data=platformdirs.user_data_path("fwtutor", appauthor=False),
            config=platformdirs.user_config_path("fwtutor", appauthor=False) / CONFIG_FILE,
            cache=platformdirs.user_cache_path("fwtutor", appauthor=False),
        )
