"""Problem details for matching's errors: the only place that maps each error to a status."""

from typing import Final

from isopolity.matching.errors import (
    AlreadyAsked,
    ChosenMeanwhile,
    ContradictoryRules,
    DraftIsClosed,
    EditedMeanwhile,
    GivesUpIntroductions,
    GraphNotReady,
    InvalidAmount,
    InvalidChoice,
    InvalidWeights,
    InvalidWhatIf,
    MatchingError,
    NoPair,
    OwnInterestRests,
    OwnNoRests,
    RoundOver,
    RuledOut,
    TooManyInterests,
    UnknownDraft,
    UnknownMember,
    UnknownPartnership,
    UnknownProposal,
    UnknownRequest,
    UnknownRound,
)
from isopolity.web.problems import Problem

_STATUS: Final[dict[type[MatchingError], tuple[int, str]]] = {
    UnknownMember: (404, "unknown-member"),
    UnknownProposal: (404, "unknown-proposal"),
    UnknownPartnership: (404, "unknown-partnership"),
    UnknownRequest: (404, "unknown-request"),
    UnknownRound: (404, "unknown-round"),
    UnknownDraft: (404, "unknown-draft"),
    RuledOut: (409, "ruled-out"),
    AlreadyAsked: (409, "already-asked"),
    OwnNoRests: (409, "you-declined"),
    OwnInterestRests: (409, "rests"),
    TooManyInterests: (409, "too-many-interests"),
    DraftIsClosed: (409, "draft-closed"),
    EditedMeanwhile: (412, "edited-meanwhile"),
    RoundOver: (409, "round-over"),
    ContradictoryRules: (422, "contradictory-rules"),
    InvalidWhatIf: (422, "invalid-what-if"),
    InvalidAmount: (422, "invalid-amount"),
    InvalidChoice: (422, "invalid-choice"),
    InvalidWeights: (422, "invalid-weights"),
    ChosenMeanwhile: (412, "chosen-meanwhile"),
    GivesUpIntroductions: (409, "gives-up-introductions"),
    NoPair: (422, "no-pair"),
    GraphNotReady: (503, "graph-not-ready"),
}
_RETRY_AFTER: Final = "5"
"""The seconds after which a caller should retry while the network is being read."""


def problem_of(error: MatchingError) -> Problem:
    """The problem details for `error`."""
    status, code = _STATUS[type(error)]
    headers = {"Retry-After": _RETRY_AFTER} if isinstance(error, GraphNotReady) else None
    return Problem(status, str(error), code=code, headers=headers)
