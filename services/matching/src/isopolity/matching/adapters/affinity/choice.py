"""Which model a network uses: the one that came with the release, one of its own, or none.

Invariant: importing this module imports no compiler; who only reads settings waits for none.
"""

from importlib.resources import files
from pathlib import Path
from typing import Final

from isopolity.matching.application.ports import Affinity

NONE: Final = "none"


def shipped_model() -> Path:
    """The model that came with the release."""
    return Path(str(files("isopolity.matching"))) / "models" / "affinity-1.json.gz"


def chosen_affinity(choice: str | None) -> Affinity | None:
    """By the model in a file, by the shipped one where none is named, or none. Raises UnusableModel."""
    if choice == NONE:
        return None
    from isopolity.matching.adapters.affinity.learned import LearnedAffinity

    return LearnedAffinity.from_file(shipped_model() if choice is None else Path(choice))
