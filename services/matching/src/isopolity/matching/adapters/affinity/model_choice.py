"""The choice of a network's affinity model: the one of the release, one of its own, or none.

Invariant: importing this module imports no compiler, so that reading settings is fast.
"""

from collections.abc import Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Final

from isopolity.matching.application.ports.engine import Affinity, NetworkAffinity
from isopolity.matching.domain.member import City

NONE: Final = "none"


def shipped_model() -> Path:
    """The path of the model that came with the release."""
    return Path(str(files("isopolity.matching"))) / "models" / "affinity-1.json.gz"


def chosen_affinity(choice: str | None) -> Affinity | None:
    """The affinity by the model in the file `choice`, by default that of the release; None if `choice` is "none".

    The model is read on first use, which then takes most of a second longer.
    """
    if choice == NONE:
        return None
    return LaterAffinity(shipped_model() if choice is None else Path(choice))


class LaterAffinity:
    """The port Affinity by the model in a file that is read on first use, which may raise UnusableModel."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def version(self) -> str:
        return self._learned.version

    def knowing(self, twinned: Sequence[tuple[City, City]]) -> NetworkAffinity:
        return self._learned.knowing(twinned)

    @cached_property
    def _learned(self) -> Affinity:
        return read_affinity(self._path)


def read_affinity(path: Path) -> Affinity:
    """The affinity by the model in a file, which is read at once. Raises UnusableModel."""
    from isopolity.matching.adapters.affinity.learned import LearnedAffinity

    return LearnedAffinity.from_file(path)
