"""`/matching/v1/members/…/why`: the rules that exclude a member's possible partners, and the change that helps most.

Invariant: a member asks about itself only. The answer has no proposal, answer, used capacity or pause of others.

Invariant: no member except the one asking is named.
"""

from typing import Annotated, Self

from fastapi import Query
from pydantic import Field

from isopolity.matching.application.candidates.absence.best_change import BestChange, Prospect
from isopolity.matching.application.candidates.absence.missing_requests import MissingRequests
from isopolity.matching.application.candidates.absence.public_round import BlockerCounts
from isopolity.matching.application.wording import blocker_sentences, explanation_texts
from isopolity.matching.application.wording.explanation import PairExplanation
from isopolity.matching.application.wording.portfolio_sentences import requests_sentence, what_would_admit_more
from isopolity.matching.application.workflows.queries.why_none import Absence, OwnerAbsence, PairChange, why_none
from isopolity.matching.domain.member import Programme
from isopolity.matching.entrypoints.http.context import Matching, MemberOrStaff, is_staff, require_own
from isopolity.matching.entrypoints.http.view import View
from isopolity.web.routing import ServiceRouter

ProgrammeId = Annotated[
    str | None, Query(max_length=128, description="Which of a partner's programmes; all if not given.")
]
WithChange = Annotated[
    bool, Query(alias="change", description="Whether to find the one change, which takes seconds in a large network.")
]
router = ServiceRouter(prefix="/matching/v1")


class ReasonCount(View):
    """The number of possible partners that one rule excludes."""

    code: str
    count: int
    text: str


class PartnersView(View):
    """The counts of possible partners of one kind."""

    kind: str = Field(description="`twinning` or `sponsorship`.")
    partners: int = Field(description="How many there are.")
    fitting: int = Field(description="How many no rule keeps out, with a score that proposals need.")
    text: str
    ruled_out: list[ReasonCount] = Field(description="Each of the others once, the most frequent reason first.")


class ProspectView(View):
    """The prospect of the member: how many partners it would get, or how many would fit."""

    cities: int = Field(description="How many cities would fit.")
    programmes: int = Field(description="How many programmes would fit.")
    proposals: int | None = Field(
        default=None, description="How many it would get in a round over public profiles; absent if none was solved."
    )

    @classmethod
    def of(cls, found: Prospect) -> Self:
        """Make the view of a prospect."""
        proposals = None if found.got is None else found.got.pairs
        return cls(cities=found.cities, programmes=found.programmes, proposals=proposals)


class ChangeView(View):
    """The one change that would help most."""

    code: str = Field(
        description="`topic`, `need` or `offer` (another mode), `online`, `language`, `own-country`; of a programme "
        "`region`, `country`, `support`, `grant-max`, `grant-min`, `size`."
    )
    side: str | None = Field(default=None, description="`need` or `offer`, of a topic.")
    subject: str | None = None
    mode: str | None = None
    topic: str | None = None
    language: str | None = None
    region: str | None = None
    country: str | None = None
    support: str | None = None
    then: ProspectView


class RequestsView(View):
    """The open requests of money that a programme finds, and the cities that could make one."""

    open: int = Field(description="The open requests of money, of cities that are no partners of it yet.")
    fitting: int
    looking: int = Field(description="Cities with a need on its subjects or topics, wherever they are.")
    could_ask: int = Field(description="Those of them that it serves and that have made no fitting request.")
    text: str
    wider: list[str] = Field(description="What it could widen, with the number of requests that would fit then.")

    @classmethod
    def of(cls, found: MissingRequests, programme: Programme) -> Self:
        """Make the view for a programme."""
        text, wider = requests_sentence(found, programme), list(what_would_admit_more(found, programme))
        return cls.copied(found, text=text, wider=wider)


class OwnerView(View):
    """A city or one programme of a partner: its possible partners, and the change that would help it."""

    programme_id: str | None = None
    programme_name: str | None = None
    partners: list[PartnersView]
    missing: list[str] = Field(description="What the profile does not say and the fit depends on.")
    now: ProspectView | None = None
    change: ChangeView | None = Field(default=None, description="Absent if no single change that was tried helps.")
    change_text: str | None = Field(
        default=None, description="The change and what it would do; absent if not asked for."
    )
    requests: RequestsView | None = Field(default=None, description="Of a programme that gives money; else absent.")

    @classmethod
    def of(cls, found: OwnerAbsence, absence: Absence, *, to_it: bool) -> Self:
        """Make the view for the member itself if `to_it`, else for staff."""
        name = absence.name
        programme = found.owner if isinstance(found.owner, Programme) else None
        view = cls(
            programme_id=programme and programme.programme_id,
            programme_name=programme and programme.name,
            partners=[_partners(each, name, absence.minimum, programme, to_it=to_it) for each in found.counts],
            missing=list(explanation_texts.missing(found.owner, absence.today, to_it=to_it)),
            requests=found.requests and programme and RequestsView.of(found.requests, programme),
        )
        if found.best is None:
            return view
        text = blocker_sentences.change_sentence(found.best, name, programme, to_it=to_it)
        fields = {"now": ProspectView.of(found.best.now), "change": _change(found.best), "change_text": text}
        return view.model_copy(update=fields)


class AbsenceView(View):
    """Why a member has no partner, and the change that would help."""

    member_id: str
    name: str
    own: list[str] = Field(description="What the member itself states or lacks, so that nothing is proposed to it.")
    owners: list[OwnerView] = Field(description="The city itself, or each open programme of the partner.")

    @classmethod
    def of(cls, found: Absence, *, to_it: bool) -> Self:
        """Make the view for the member itself if `to_it`, else for staff."""
        return cls.copied(
            found,
            own=_own(found, to_it=to_it),
            owners=[OwnerView.of(each, found, to_it=to_it) for each in found.owners],
        )


@router.get("/members/{member_id}/why")
async def why_a_member_finds_nobody(
    matching: Matching,
    principal: MemberOrStaff,
    member_id: str,
    programme_id: ProgrammeId = None,
    with_change: WithChange = True,
) -> AbsenceView:
    """The number of possible partners that each rule excludes, and the one change of the member that would help most.

    The answer uses public facts only. Up to 5,000 members, changes are tried in a round over all public profiles with
    all capacities free; with more members, they are compared by the number of partners that would fit.
    """
    require_own(principal, member_id, "A member asks about itself only.")
    found = await why_none(member_id, matching.surroundings, programme_id, with_change=with_change)
    return AbsenceView.of(found, to_it=not is_staff(principal))


def _own(found: Absence, *, to_it: bool) -> list[str]:
    sentences = []
    if found.paused_until is not None:
        sentences.append(blocker_sentences.own_pause(found.paused_until, found.name, to_it=to_it))
    if found.is_unmailable:
        sentences.append(blocker_sentences.own_contact(found.name, to_it=to_it, has_contact=found.has_contact))
    sentences += [blocker_sentences.own_capacity(kind, found.name, to_it=to_it) for kind in found.kinds_refused]
    return sentences


def _partners(
    counts: BlockerCounts, name: str, minimum: float, programme: Programme | None, *, to_it: bool
) -> PartnersView:
    its_name = name if programme is None else f"“{programme.name}”"
    return PartnersView.copied(
        counts,
        text=blocker_sentences.fitting(counts, its_name, to_it=to_it and programme is None),
        ruled_out=[
            ReasonCount(
                code=code,
                count=count,
                text=blocker_sentences.ruled_out(code, count, counts, minimum, programme, to_it=to_it),
            )
            for code, count in counts.ruled_out
        ],
    )


def _change(best: BestChange) -> ChangeView | None:
    if best.change is None or best.then is None:
        return None
    words = {
        name: value for name, value in best.change.words.items() if name in ChangeView.model_fields and name != "then"
    }
    return ChangeView(code=best.change.kind, then=ProspectView.of(best.then), **words)


def change_of_pair(found: PairChange | None, pair: PairExplanation, *, to_it: bool) -> str | None:
    """The sentence on the change of one side that would make a pair fit; None if the pair fits already."""
    if found is None:
        return None
    programme = found.owner if isinstance(found.owner, Programme) else None
    own, other = (pair.a, pair.b) if pair.a.member_id == found.owner.member_id else (pair.b, pair.a)
    name = other.name if other.programme_name is None else f"“{other.programme_name}” of {other.name}"
    return blocker_sentences.pair_change_sentence(found.change, found.score, own.name, name, programme, to_it=to_it)
