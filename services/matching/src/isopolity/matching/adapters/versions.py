"""The versions of what computes a round, for its certificate."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # the ports bring the database's driver, which `assign` does without
    from isopolity.matching.application.ports import Affinity

_MODEL: Final = "affinity-model"
_PACKAGES: Final = ("isopolity-matching", "llvmlite", "networkx", "numba", "numpy", "scipy")


def solver_versions(affinity: "Affinity | None" = None) -> Mapping[str, str]:
    """By package, those that are installed; and the hash of the model that scores rest on, if there is one."""
    found: dict[str, str] = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found if affinity is None else {**found, _MODEL: affinity.version}
