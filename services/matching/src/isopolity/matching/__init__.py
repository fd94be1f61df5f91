"""Matching: builds a graph of the members and proposes twinnings and sponsorships, with reasons.

As a library it exports the names in `__all__`, which docs/library.md describes. Each is imported when it is first used,
so that a service or a program that needs one part of matching does not load the others.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isopolity.contracts.codes import MODES, REGIONS, SUBJECTS
    from isopolity.matching.assignment.verdict import Verdict
    from isopolity.matching.domain.gains import Gains
    from isopolity.matching.entrypoints.library.findings import Alternate, Proposed, ProposedRound, Suggested, Why
    from isopolity.matching.entrypoints.library.members import Members
    from isopolity.matching.entrypoints.library.pairs.choices import Certificate, Choice, Pair
    from isopolity.matching.entrypoints.library.pairs.explanations import Explanation
    from isopolity.matching.entrypoints.library.pairs.group_rules import Rule
    from isopolity.matching.entrypoints.library.pairs.pair_assignment import assign
    from isopolity.matching.entrypoints.library.pairs.ruled_pairs import Short
    from isopolity.matching.errors import (
        ContradictoryRules,
        InvalidCertificate,
        InvalidInput,
        InvalidLegalActs,
        InvalidRules,
        InvalidWeights,
        InvalidWhatIf,
        MatchingError,
        NoPair,
        UnknownMember,
        UnmetRules,
        UnusableModel,
    )

_HOMES = {
    "Alternate": "isopolity.matching.entrypoints.library.findings",
    "Certificate": "isopolity.matching.entrypoints.library.pairs.choices",
    "Choice": "isopolity.matching.entrypoints.library.pairs.choices",
    "ContradictoryRules": "isopolity.matching.errors",
    "Explanation": "isopolity.matching.entrypoints.library.pairs.explanations",
    "Gains": "isopolity.matching.domain.gains",
    "InvalidCertificate": "isopolity.matching.errors",
    "InvalidInput": "isopolity.matching.errors",
    "InvalidLegalActs": "isopolity.matching.errors",
    "InvalidRules": "isopolity.matching.errors",
    "InvalidWeights": "isopolity.matching.errors",
    "InvalidWhatIf": "isopolity.matching.errors",
    "MODES": "isopolity.contracts.codes",
    "MatchingError": "isopolity.matching.errors",
    "Members": "isopolity.matching.entrypoints.library.members",
    "NoPair": "isopolity.matching.errors",
    "Pair": "isopolity.matching.entrypoints.library.pairs.choices",
    "Proposed": "isopolity.matching.entrypoints.library.findings",
    "ProposedRound": "isopolity.matching.entrypoints.library.findings",
    "REGIONS": "isopolity.contracts.codes",
    "Rule": "isopolity.matching.entrypoints.library.pairs.group_rules",
    "Short": "isopolity.matching.entrypoints.library.pairs.ruled_pairs",
    "SUBJECTS": "isopolity.contracts.codes",
    "Suggested": "isopolity.matching.entrypoints.library.findings",
    "UnknownMember": "isopolity.matching.errors",
    "UnmetRules": "isopolity.matching.errors",
    "UnusableModel": "isopolity.matching.errors",
    "Verdict": "isopolity.matching.assignment.verdict",
    "Why": "isopolity.matching.entrypoints.library.findings",
    "assign": "isopolity.matching.entrypoints.library.pairs.pair_assignment",
}
"""The module that defines each name."""

__all__ = [
    "MODES",
    "REGIONS",
    "SUBJECTS",
    "Alternate",
    "Certificate",
    "Choice",
    "ContradictoryRules",
    "Explanation",
    "Gains",
    "InvalidCertificate",
    "InvalidInput",
    "InvalidLegalActs",
    "InvalidRules",
    "InvalidWeights",
    "InvalidWhatIf",
    "MatchingError",
    "Members",
    "NoPair",
    "Pair",
    "Proposed",
    "ProposedRound",
    "Rule",
    "Short",
    "Suggested",
    "UnknownMember",
    "UnmetRules",
    "UnusableModel",
    "Verdict",
    "Why",
    "assign",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
