"""Which model a network uses: the one that came with the release, one of its own, or none.

Invariant: importing this module imports no compiler; who only reads settings waits for none.
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
    """The model that came with the release."""
    return Path(str(files("isopolity.matching"))) / "models" / "affinity-1.json.gz"


def chosen_affinity(choice: str | None) -> Affinity | None:
    """By the model in a file, by the shipped one where none is named, or none.

    Raises UnusableModel for a file; the shipped model is read when it is first asked for, which takes most of a second.
    """
    if choice == NONE:
        return None
    return ShippedAffinity() if choice is None else _read(Path(choice))


class ShippedAffinity:
    """The affinity by the model that came with the release."""

    @property
    def version(self) -> str:
        return self._learned.version

    def knowing(self, twinned: Sequence[tuple[City, City]]) -> NetworkAffinity:
        return self._learned.knowing(twinned)

    @cached_property
    def _learned(self) -> Affinity:
        return _read(shipped_model())


def _read(path: Path) -> Affinity:
    from isopolity.matching.adapters.affinity.learned import LearnedAffinity

    return LearnedAffinity.from_file(path)
