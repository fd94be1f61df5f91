"""`/matching/v1/members/…/fitting` and `…/trial`: who would fit a member, cities and sponsors apart, with numbers.

Invariant: a member asks about itself only. A profile that is sent is compared and not kept: nothing is proposed by it.
"""

from typing import Annotated, Self

from fastapi import Depends
from pydantic import Field

from isopolity.contracts.registry import CityState
from isopolity.matching.application.candidates.parsed_members import city_from
from isopolity.matching.application.candidates.what_if import WhatIf
from isopolity.matching.application.workflows.queries.who_fits import WhoFits, who_fits
from isopolity.matching.domain.member import City
from isopolity.matching.entrypoints.http.absence import AbsenceView
from isopolity.matching.entrypoints.http.context import (
    Limit,
    Matching,
    MatchingContext,
    MemberOrLooker,
    MemberOrStaff,
    is_staff,
    require_own,
)
from isopolity.matching.entrypoints.http.explanations import Modes, Regions, Subjects, suggestion_view
from isopolity.matching.entrypoints.http.schemas import SuggestionView
from isopolity.web.routing import ServiceRouter
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/matching/v1")
_OWN = "A member sees who would fit itself only."


class FittingView(AbsenceView):
    """Who would fit a member: the best partners of each kind, and how many of all would fit or not, and why."""

    cities: list[SuggestionView] = Field(description="The cities that fit best, the best first.")
    sponsors: list[SuggestionView] = Field(description="The programmes that fit a city best; of a partner none.")
    answering: list[SuggestionView] = Field(
        default=[],
        description="Cities that offer what a city looks for, and look for too little that it offers to be proposed; "
        "no answers to proposals.",
    )

    @classmethod
    def made(cls, found: WhoFits, seen: str | None) -> Self:
        """Make the view for the member `seen`, or for staff."""
        return cls.copied(
            AbsenceView.of(found.absence, to_it=seen is not None),
            cities=[suggestion_view(each, seen) for each in found.cities],
            sponsors=[suggestion_view(each, seen) for each in found.sponsors],
            answering=[suggestion_view(each, seen) for each in found.offering],
        )


def what_if_of(
    regions: Regions = [],  # noqa: B006 - FastAPI copies it
    subjects: Subjects = [],  # noqa: B006 - as above
    modes: Modes = [],  # noqa: B006 - as above
) -> WhatIf:
    """Make the change that the query supposes."""
    return WhatIf(regions=frozenset(regions), subjects=frozenset(subjects), modes=frozenset(modes))


@router.get("/members/{member_id}/fitting")
async def who_fits_a_member(
    matching: Matching,
    principal: MemberOrStaff,
    member_id: str,
    what_if: Annotated[WhatIf, Depends(what_if_of)],
    limit: Limit = 10,
) -> FittingView:
    """The partners that fit best, cities and sponsors apart, `limit` of each kind; and how many of all would fit.

    The numbers use public facts only. Whether a pair counts as proposed reveals nothing about answers.
    """
    return await _fitting(matching, principal, member_id, what_if, limit, None)


@router.post("/members/{member_id}/trial")
async def who_would_fit_a_city(
    matching: Matching, principal: MemberOrLooker, member_id: str, stated: CityState, limit: Limit = 10
) -> FittingView:
    """The partners that would fit a city best if it stated this, and how many of all would fit. Nothing is kept.

    Registry gives the city as a change would make it: `PATCH /registry/v1/cities/{city_id}?dry_run=true`.
    """
    return await _fitting(matching, principal, member_id, WhatIf(), limit, city_from(stated))


async def _fitting(
    matching: MatchingContext, principal: Principal, member_id: str, what_if: WhatIf, limit: int, stated: City | None
) -> FittingView:
    require_own(principal, member_id, _OWN)
    queries, surroundings = matching.queries, matching.surroundings
    seen = None if is_staff(principal) else member_id
    closed_pairs = await queries.closed_pairs_of(member_id, surroundings.frozen_since(), for_staff=seen is None)
    taken = queries.taken if seen is None else queries.publicly_taken
    found = await who_fits(member_id, closed_pairs, taken, limit, surroundings, what_if, stated=stated, asker=seen)
    return FittingView.made(found, seen)
