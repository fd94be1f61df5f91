"""Matching's part of the HTTP application: its routers, their context, and each error's status."""

from typing import Final

from fastapi import FastAPI

from isopolity.matching.entrypoints.http import (
    absence,
    departures,
    explanations,
    explorer,
    interests,
    legal_acts,
    partnerships,
    possible_partners,
    proposals,
    requests,
    settings,
)
from isopolity.matching.entrypoints.http.context import MatchingContext
from isopolity.matching.entrypoints.http.money import amounts, cities_to_ask, portfolios
from isopolity.matching.entrypoints.http.rounds import (
    drafts,
    kept_orders,
    learned_pairs,
    missed_pairs,
    pairs,
    publications,
    rounds,
    rules_check,
)
from isopolity.matching.errors import (
    AlreadyAsked,
    ChosenMeanwhile,
    ContradictoryRules,
    DraftIsClosed,
    EditedMeanwhile,
    EndedRests,
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
    TemplateNameTaken,
    TooManyInterests,
    TooManyTemplates,
    UnknownDraft,
    UnknownMember,
    UnknownPartnership,
    UnknownProposal,
    UnknownRequest,
    UnknownRound,
    UnknownTemplate,
)
from isopolity.persistence.idempotency_keys import KeyReused
from isopolity.web.idempotent_posts import problem_of as problem_of_key
from isopolity.web.problems import Problem, install_refusals

DESCRIPTION: Final = "Proposes twinnings and sponsorships, with reasons, and keeps the partnerships that come of them."
_MODULES: Final = (
    *(rounds, kept_orders, rules_check, missed_pairs, learned_pairs, drafts, pairs, publications),
    *(proposals, partnerships, explanations, possible_partners, absence, interests, departures, requests),
    *(explorer, portfolios, amounts, cities_to_ask, settings, legal_acts),
)
ROUTERS: Final = tuple(module.router for module in _MODULES)


def install(app: FastAPI, context: MatchingContext) -> None:
    """Include matching's routers in `app` and keep `context` on it for them."""
    app.state.matching = context
    install_refusals(app, MatchingError, problem_of)
    install_refusals(app, KeyReused, problem_of_key)


_STATUS: Final[dict[type[MatchingError], tuple[int, str]]] = {
    UnknownMember: (404, "unknown-member"),
    UnknownProposal: (404, "unknown-proposal"),
    UnknownPartnership: (404, "unknown-partnership"),
    UnknownRequest: (404, "unknown-request"),
    UnknownRound: (404, "unknown-round"),
    UnknownDraft: (404, "unknown-draft"),
    UnknownTemplate: (404, "unknown-template"),
    TemplateNameTaken: (409, "template-name-taken"),
    TooManyTemplates: (409, "too-many-templates"),
    RuledOut: (409, "ruled-out"),
    AlreadyAsked: (409, "already-asked"),
    OwnNoRests: (409, "you-declined"),
    EndedRests: (409, "rests"),
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
