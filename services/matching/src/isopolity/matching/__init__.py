"""Matching: builds a graph of the members and proposes twinnings and sponsorships, with reasons.

As a library it offers the names below; docs/library.md has a page on them. They are loaded when they are first used,
so that a service or a program that needs one part of matching does not pay for the others.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isopolity.contracts.codes import MODES, REGIONS, SUBJECTS
    from isopolity.matching.domain.errors import (
        ContradictoryRules,
        InvalidCertificate,
        InvalidInput,
        InvalidWeights,
        InvalidWhatIf,
        MatchingError,
        NoPair,
        UnknownMember,
        UnusableModel,
    )
    from isopolity.matching.domain.gains import Gains
    from isopolity.matching.domain.verification import Verdict
    from isopolity.matching.entrypoints.library.assigning import assign
    from isopolity.matching.entrypoints.library.certificates import Certificate
    from isopolity.matching.entrypoints.library.choice import Choice, Pair
    from isopolity.matching.entrypoints.library.findings import Alternate, Proposed, ProposedRound, Suggested, Why
    from isopolity.matching.entrypoints.library.members import Members

_HOMES = {
    "Alternate": "matching.entrypoints.library.findings",
    "Certificate": "matching.entrypoints.library.certificates",
    "Choice": "matching.entrypoints.library.choice",
    "ContradictoryRules": "matching.domain.errors",
    "Gains": "matching.domain.gains",
    "InvalidCertificate": "matching.domain.errors",
    "InvalidInput": "matching.domain.errors",
    "InvalidWeights": "matching.domain.errors",
    "InvalidWhatIf": "matching.domain.errors",
    "MODES": "contracts.codes",
    "MatchingError": "matching.domain.errors",
    "Members": "matching.entrypoints.library.members",
    "NoPair": "matching.domain.errors",
    "Pair": "matching.entrypoints.library.choice",
    "Proposed": "matching.entrypoints.library.findings",
    "ProposedRound": "matching.entrypoints.library.findings",
    "REGIONS": "contracts.codes",
    "SUBJECTS": "contracts.codes",
    "Suggested": "matching.entrypoints.library.findings",
    "UnknownMember": "matching.domain.errors",
    "UnusableModel": "matching.domain.errors",
    "Verdict": "matching.domain.verification",
    "Why": "matching.entrypoints.library.findings",
    "assign": "matching.entrypoints.library.assigning",
}
"""The module that each name is from."""

__all__ = [
    "MODES",
    "REGIONS",
    "SUBJECTS",
    "Alternate",
    "Certificate",
    "Choice",
    "ContradictoryRules",
    "Gains",
    "InvalidCertificate",
    "InvalidInput",
    "InvalidWeights",
    "InvalidWhatIf",
    "MatchingError",
    "Members",
    "NoPair",
    "Pair",
    "Proposed",
    "ProposedRound",
    "Suggested",
    "UnknownMember",
    "UnusableModel",
    "Verdict",
    "Why",
    "assign",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"isopolity.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
