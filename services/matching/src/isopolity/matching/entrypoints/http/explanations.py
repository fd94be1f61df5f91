"""HTTP for who would fit a member, and why two fit: for the member itself, or for staff."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from isopolity.contracts.matching import ScorePart
from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.application.candidates.visible_blockers import NOT_AT_PRESENT, UNMAILABLE
from isopolity.matching.application.candidates.what_if import WhatIf
from isopolity.matching.application.workflows.fit_queries import Explaining, Suggestion
from isopolity.matching.application.workflows.published_states import side_state
from isopolity.matching.entrypoints.http.pages import Limit
from isopolity.matching.entrypoints.http.pair_schemas import PairView
from isopolity.matching.entrypoints.http.schemas import MemberView, SuggestionView
from isopolity.matching.errors import (
    ContradictoryRules,
    GraphNotReady,
    InvalidWhatIf,
    NoPair,
    UnknownMember,
)
from isopolity.web.problems import Problem
from isopolity.web.security import require
from isopolity.web.tokens import Principal

MemberOrStaff = Annotated[Principal, Depends(require("member", "staff"))]
Regions = Annotated[
    list[str],
    Query(
        alias="region",
        max_length=5,
        description="What if only these regions counted; give it again for another.",
        examples=[["africa"]],
    ),
]
Subjects = Annotated[
    list[str],
    Query(
        alias="subject",
        max_length=40,
        description="What if it were about these subjects only; give it again for another.",
        examples=[["cluster.literacy"]],
    ),
]
Budget = Annotated[
    int | None,
    Query(ge=1, le=10**15, description="What if a partner's programmes had this budget, in their currency."),
]
ProgrammeId = Annotated[
    str | None, Query(max_length=128, description="Which of a partner's programmes; all, or its only one, if not given")
]


def explanation_router(explaining: Explaining, queries: MatchingQueries) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/matching/v1", tags=["members"])
    _add_suggestions(router, explaining, queries)
    _add_pairs(router, explaining, queries)
    return router


def _add_suggestions(router: APIRouter, explaining: Explaining, queries: MatchingQueries) -> None:
    @router.get("/members/{member_id}/suggestions")
    async def suggestions(
        principal: MemberOrStaff,
        member_id: str,
        programme_id: ProgrammeId = None,
        regions: Regions = [],  # noqa: B006 - FastAPI copies it
        subjects: Subjects = [],  # noqa: B006 - as above
        budget: Budget = None,
        limit: Limit = 10,
    ) -> list[SuggestionView]:
        """Who would fit a city or a partner's programmes, the best first, and why; with what-ifs, if it were so.

        Whether somebody is proposed says nothing of answers.
        """
        if "staff" not in principal.scopes and principal.member_id != member_id:
            raise Problem(403, "A member sees its own suggestions only.", code="not-your-own")
        with _problems():
            what_if = WhatIf(regions=frozenset(regions), subjects=frozenset(subjects), budget=budget)
            standing = await queries.standing(member_id, explaining.frozen_since())
            found = await explaining.suggestions(member_id, standing, queries.taken, limit, what_if, programme_id)
        seen = None if "staff" in principal.scopes else member_id
        return [_suggestion_view(each, seen) for each in found]


def _add_pairs(router: APIRouter, explaining: Explaining, queries: MatchingQueries) -> None:
    @router.get("/pairs/{a}/{b}")
    async def explain_pair(principal: MemberOrStaff, a: str, b: str, programme_id: ProgrammeId = None) -> PairView:
        """Why two members fit, or do not: two cities, or a partner and a city, in either order.

        For one of the two, or staff. Nothing of anybody's answers is in it.
        """
        is_staff = "staff" in principal.scopes
        if not is_staff and principal.member_id not in (a, b):
            raise Problem(403, "A member sees its own pairs only.", code="not-your-own")
        me = a if is_staff else principal.member_id or ""
        with _problems():
            one, other = (explaining.holder(member_id, programme_id) for member_id in (a, b))
            standing = await queries.standing(me, explaining.frozen_since())
            found = await explaining.pair(one, other, standing, queries.taken)
        return PairView.of(found, None if is_staff else me)


@contextmanager
def _problems() -> Iterator[None]:
    """Every way in which a question can be wrong, as a problem."""
    try:
        yield
    except UnknownMember as error:
        raise Problem(404, str(error), code="unknown-member") from error
    except InvalidWhatIf as error:
        raise Problem(422, str(error), code="invalid-what-if") from error
    except (NoPair, ContradictoryRules) as error:
        raise Problem(422, str(error), code="no-pair") from error
    except GraphNotReady as error:
        raise Problem(503, str(error), code="graph-not-ready", headers={"Retry-After": "5"}) from error


def _suggestion_view(suggestion: Suggestion, member_id: str | None) -> SuggestionView:
    """For a member, or for staff where that is None: a member is not told whether others have a contact."""
    unmailable = suggestion.unmailable if member_id is None else suggestion.unmailable & {member_id}
    return SuggestionView(
        kind=suggestion.kind,
        status=UNMAILABLE if unmailable and suggestion.status == NOT_AT_PRESENT else suggestion.status,
        score=suggestion.score,
        confidence=suggestion.confidence,
        parts=[ScorePart(name=part.name, value=part.value, weight=part.weight) for part in suggestion.parts],
        own=MemberView.of(suggestion.own),
        other=MemberView.of(suggestion.other),
        reasons=list(side_state(suggestion.own).reasons),
    )
