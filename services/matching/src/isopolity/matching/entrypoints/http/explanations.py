"""`/matching/v1/members/…/suggestions` and `/matching/v1/pairs`: suggested partners, and explanations of pairs.

Invariant: a member asks about itself only; staff asks about all.
"""

from datetime import date
from typing import Annotated, Final

from fastapi import Query

from isopolity.contracts.codes import interest_fields
from isopolity.contracts.matching import ScorePart
from isopolity.matching.application.candidates.pair_status import (
    NOT_AT_PRESENT,
    RULED_OUT,
    TOO_WEAK,
    UNCONFIRMED,
    UNMAILABLE,
)
from isopolity.matching.application.candidates.what_if import WhatIf
from isopolity.matching.application.workflows.member_names import owner_of
from isopolity.matching.application.workflows.published_states import side_state
from isopolity.matching.application.workflows.queries import pair_fit
from isopolity.matching.application.workflows.queries.pair_fit import Suggestion
from isopolity.matching.application.workflows.queries.why_none import pair_change
from isopolity.matching.domain.member import Topic
from isopolity.matching.entrypoints.http.absence import change_of_pair
from isopolity.matching.entrypoints.http.context import Limit, Matching, MemberOrStaff, is_staff, require_own
from isopolity.matching.entrypoints.http.pair_schemas import PairView
from isopolity.matching.entrypoints.http.schemas import MemberView, SuggestionView
from isopolity.matching.errors import ContradictoryRules, InvalidWhatIf
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter

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
Modes = Annotated[
    list[str],
    Query(
        alias="mode",
        max_length=20,
        description="What if a city's needs and offers were by these modes only; give it again for another.",
        examples=[["webinar"]],
    ),
]
Budget = Annotated[
    int | None, Query(ge=1, le=10**15, description="What if a partner's programmes had this budget, in their currency.")
]
_INTEREST: Final = "as subject:intensity:mode, or with :valid until; give it again for another, and empty for none."
Needs = Annotated[
    list[str],
    Query(
        alias="need",
        max_length=60,
        description=f"What if a city had these needs instead of its own, {_INTEREST}",
        examples=[["cluster.literacy:4:webinar"]],
    ),
]
Offers = Annotated[
    list[str],
    Query(
        alias="offer",
        max_length=60,
        description=f"What if a city had these offers instead of its own, {_INTEREST}",
        examples=[["sdg.13:3:training:2027-12-31"]],
    ),
]
ProgrammeId = Annotated[
    str | None, Query(max_length=128, description="Which of a partner's programmes; all, or its only one, if not given")
]
WithChange = Annotated[
    bool,
    Query(
        alias="change", description="Whether to find the change of the own side that would make the two fit, if any."
    ),
]
router = ServiceRouter(prefix="/matching/v1")


@router.get("/members/{member_id}/suggestions")
async def suggestions(
    matching: Matching,
    principal: MemberOrStaff,
    member_id: str,
    programme_id: ProgrammeId = None,
    regions: Regions = [],  # noqa: B006 - FastAPI copies it
    subjects: Subjects = [],  # noqa: B006 - as above
    modes: Modes = [],  # noqa: B006 - as above
    budget: Budget = None,
    needs: Needs = [],  # noqa: B006 - as above
    offers: Offers = [],  # noqa: B006 - as above
    limit: Limit = 10,
) -> list[SuggestionView]:
    """Suggested partners of a city or a partner's programmes, the best first, with reasons; what-ifs alter the profile.

    Whether a pair counts as proposed reveals nothing about answers.
    """
    require_own(principal, member_id, "A member sees its own suggestions only.")
    queries, surroundings = matching.queries, matching.surroundings
    what_if = WhatIf(
        regions=frozenset(regions),
        subjects=frozenset(subjects),
        modes=frozenset(modes),
        budget=budget,
        needs=_topics("need", needs),
        offers=_topics("offer", offers),
    )
    seen = None if is_staff(principal) else member_id
    closed_pairs = await queries.closed_pairs_of(member_id, surroundings.frozen_since(), for_staff=seen is None)
    taken = queries.taken if seen is None else queries.publicly_taken
    found = await pair_fit.suggestions(
        member_id, closed_pairs, taken, limit, surroundings, what_if, programme_id, asker=seen
    )
    return [suggestion_view(each, seen) for each in found]


@router.get("/pairs/{a}/{b}")
async def explain_pair(
    matching: Matching,
    principal: MemberOrStaff,
    a: str,
    b: str,
    programme_id: ProgrammeId = None,
    with_change: WithChange = False,
) -> PairView:
    """Explain why two members fit, or do not: two cities, or a partner and a city, in either order.

    For one of the two members, or staff. The answer reveals nothing about anyone's answers.
    """
    if not is_staff(principal) and principal.member_id not in (a, b):
        raise Problem(403, "A member sees its own pairs only.", code="not-your-own")
    seen = None if is_staff(principal) else principal.member_id or ""
    queries, surroundings = matching.queries, matching.surroundings
    try:
        one, other = (owner_of(member_id, programme_id, surroundings.network) for member_id in (a, b))
    except ContradictoryRules as error:
        raise Problem(422, str(error), code="no-pair") from error
    of, since = a if seen is None else seen, surroundings.frozen_since()
    closed_pairs = await queries.closed_pairs_of(of, since, for_staff=seen is None)
    taken = queries.taken if seen is None else queries.publicly_taken
    found = await pair_fit.explain_pair(one, other, closed_pairs, taken, surroundings, asker=seen)
    view = PairView.of(found, seen)
    if not with_change or found.status not in (RULED_OUT, TOO_WEAK):
        return view
    mine, their = (one, other) if seen in (None, a) else (other, one)
    text = change_of_pair(await pair_change(mine, their, surroundings), found, to_it=seen is not None)
    return view.model_copy(update={"change_text": text})


def _topics(noun: str, texts: list[str]) -> tuple[Topic, ...] | None:
    """The needs or offers in the texts; None without texts. Raises InvalidWhatIf."""
    return tuple(_topic(noun, text) for text in texts if text.strip()) if texts else None


def _topic(noun: str, text: str) -> Topic:
    fields = interest_fields(text.strip())
    try:
        until = fields.get("valid_until")
        return Topic(
            subject=fields["subject"],
            intensity=int(fields["intensity"]),
            mode=fields["mode"],
            valid_until=None if until is None else date.fromisoformat(until),
        )
    except (KeyError, ValueError):
        example = "sdg.4:3:webinar or sdg.4:3:webinar:2027-12-31"
        raise InvalidWhatIf(f"{text[:80]!r} is no {noun}; write it as {example}.") from None


def suggestion_view(suggestion: Suggestion, member_id: str | None) -> SuggestionView:
    """The view for a member, or for staff if `member_id` is None; a member does not learn who has no contact."""
    unmailable = suggestion.unmailable if member_id is None else suggestion.unmailable & {member_id}
    private = UNCONFIRMED if unmailable <= suggestion.unconfirmed else UNMAILABLE
    return SuggestionView(
        kind=suggestion.kind,
        status=private if unmailable and suggestion.status == NOT_AT_PRESENT else suggestion.status,
        score=suggestion.score,
        confidence=suggestion.confidence,
        parts=[ScorePart(name=part.name, value=part.value, weight=part.weight) for part in suggestion.parts],
        own=MemberView.model_validate(suggestion.own),
        other=MemberView.model_validate(suggestion.other),
        reasons=list(side_state(suggestion.own).reasons),
    )
