"""Matching: builds a graph of the members and proposes twinnings and sponsorships, with reasons.

As a library it offers the names below; docs/library.md has a page on them. They are loaded when they are first used,
so that a service or a program that needs one part of matching does not pay for the others.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isopolity.matching.domain.errors import (
        ContradictoryRules,
        InvalidCertificate,
        InvalidInput,
        InvalidWeights,
        InvalidWhatIf,
        MatchingError,
        NoPair,
        UnknownMember,
    )
    from isopolity.matching.domain.verification import Verdict
    from isopolity.matching.entrypoints.library.assigning import assign
    from isopolity.matching.entrypoints.library.certificates import Certificate
    from isopolity.matching.entrypoints.library.choice import Choice, Pair

__all__ = [
    "Certificate",
    "Choice",
    "ContradictoryRules",
    "InvalidCertificate",
    "InvalidInput",
    "InvalidWeights",
    "InvalidWhatIf",
    "MatchingError",
    "NoPair",
    "Pair",
    "UnknownMember",
    "Verdict",
    "assign",
]

_HOMES = {
    "assign": "entrypoints.library.assigning",
    "Certificate": "entrypoints.library.certificates",
    "Choice": "entrypoints.library.choice",
    "Pair": "entrypoints.library.choice",
    "Verdict": "domain.verification",
}
"""The modules of what is no error."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'domain.errors')}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
