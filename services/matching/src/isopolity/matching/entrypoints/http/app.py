"""Matching's part of the HTTP application: its routers, and the context that they use."""

from typing import Final

from fastapi import FastAPI

from isopolity.matching.entrypoints.http import (
    explanations,
    partnerships,
    proposals,
    requests,
    rounds,
)
from isopolity.matching.entrypoints.http.absence import members as absence_of_members
from isopolity.matching.entrypoints.http.absence import missed_pairs as absence_in_rounds
from isopolity.matching.entrypoints.http.context import MatchingContext
from isopolity.matching.entrypoints.http.drafts import drafts
from isopolity.matching.entrypoints.http.drafts import pairs as pairs_of_drafts
from isopolity.matching.entrypoints.http.drafts import publications as publications_of_rounds
from isopolity.matching.entrypoints.http.explorer import partners as explorer
from isopolity.matching.entrypoints.http.members import answers, departures, interests, noticed
from isopolity.matching.entrypoints.http.money import amounts, portfolios
from isopolity.matching.entrypoints.http.problems import problem_of
from isopolity.matching.entrypoints.http.rules import check as check_of_rules
from isopolity.matching.entrypoints.http.settings import network as network_settings
from isopolity.matching.errors import MatchingError
from isopolity.persistence.idempotency_keys import KeyReused
from isopolity.web.idempotent_posts import problem_of as problem_of_key
from isopolity.web.problems import install_refusals

DESCRIPTION: Final = "Proposes twinnings and sponsorships, with reasons, and keeps the partnerships that come of them."
_MODULES: Final = (
    rounds,
    check_of_rules,
    absence_in_rounds,
    drafts,
    pairs_of_drafts,
    publications_of_rounds,
    proposals,
    partnerships,
    explanations,
    absence_of_members,
    noticed,
    interests,
    departures,
    answers,
    requests,
    explorer,
    portfolios,
    amounts,
    network_settings,
)
ROUTERS: Final = tuple(module.router for module in _MODULES)


def install(app: FastAPI, context: MatchingContext) -> None:
    """Include matching's routers in `app` and keep `context` on it for them."""
    app.state.matching = context
    install_refusals(app, MatchingError, problem_of)
    install_refusals(app, KeyReused, problem_of_key)
