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

    A file is read at once, which may raise UnusableModel. The release's model is read on first use, which then takes
    most of a second longer.
    """
    if choice == NONE:
        return None
    return ShippedAffinity() if choice is None else _read(Path(choice))


class ShippedAffinity:
    """The port Affinity by the model that came with the release."""

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
