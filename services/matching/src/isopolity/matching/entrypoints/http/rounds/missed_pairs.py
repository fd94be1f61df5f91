"""`/matching/v1/rounds/…/why`: why a member, or a pair, is not in a round; for staff only.

Invariant: no member can read this, as it reveals others' pairs, used capacity and expected answers.
"""

from collections.abc import Sequence
from typing import Annotated, Self

from fastapi import Query
from pydantic import Field

from isopolity.matching.application.wording import round_sentences
from isopolity.matching.application.workflows.member_names import holder_name, name_of_owner
from isopolity.matching.application.workflows.rounds import missed_pairs
from isopolity.matching.application.workflows.rounds.missed_pairs import NearPair, RoundStanding
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.entrypoints.http.context import Matching, Staff
from isopolity.matching.entrypoints.http.view import View
from isopolity.web.routing import ServiceRouter

Member = Annotated[str, Query(min_length=1, max_length=260, description="Named as in edits.")]
Other = Annotated[
    str | None, Query(min_length=1, max_length=260, description="The other one of a pair; without it, all candidates.")
]
Number = Annotated[int, Query(ge=1, le=50, description="How many of the candidates that are missed by least.")]
router = ServiceRouter(prefix="/matching/v1/rounds")


class PairNames(View):
    """A pair, with each side named as in edits of a draft."""

    a: str
    b: str

    @classmethod
    def of(cls, pair: Pair) -> Self:
        """Make the view of a pair of holders."""
        return cls(a=name_of_owner(pair[0]), b=name_of_owner(pair[1]))


class NearPairView(PairNames):
    """A candidate that the round did not choose."""

    score: float = Field(description="As it is now.")
    rise: float | None = Field(
        description="By how much the score would have to rise at least, as answers are expected now; null if no choice "
        "can have it."
    )
    is_exact: bool = Field(description="Whether with that rise some best choice has it.")
    in_its_place: list[PairNames] = Field(description="The pairs of the round that its full sides have.")
    text: str


class StandingView(View):
    """The standing of a member or a pair in a round: its chosen pairs, and the nearest ones that were not chosen."""

    chosen: list[PairNames] = Field(description="Those of its pairs that are in the round.")
    near: list[NearPairView] = Field(description="Candidates that are not, those that lack least first.")
    breaks: list[str] = Field(
        default=[], description="Of a pair: rules of the draft that would not hold with it in place of those pairs."
    )
    told: list[str] = Field(description="All of it in sentences.")

    @classmethod
    def of(cls, found: RoundStanding, asked: Sequence[str], network: Network) -> Self:
        """Make the view for the members in `asked`, which are named as in edits; sentences use their display names."""
        pairs = [*found.chosen, *(pair for each in found.near for pair in (each.pair, *each.in_its_place))]
        names = {holder: holder_name(holder, network) for pair in pairs for holder in pair}
        near = [_near(each, names) for each in found.near]
        who = " and ".join(_known(name, network) for name in asked)
        return cls(
            chosen=[PairNames.of(pair) for pair in found.chosen],
            near=near,
            breaks=[*found.breaks],
            told=[
                *(round_sentences.chosen(pair, names) for pair in found.chosen),
                *(each.text for each in near),
                *(round_sentences.would_break(each) for each in found.breaks),
                *(round_sentences.kept_out(who, reason) for reason in found.kept_out),
            ],
        )


@router.get("/{round_id}/why")
async def why_not_in_a_round(
    matching: Matching, _: Staff, round_id: str, member: Member, other: Other = None, limit: Number = 5
) -> StandingView:
    """Why a member or a pair is not in a round: the pairs in its place, and the least rise of its score that it needs.

    Dual values prove that rise. For a round under hold, its draft as of now is used, with pins and bans; for a round
    that went out at once, the members as of now, without the later events of that round.
    """
    surroundings, unit_of_work = matching.surroundings, matching.unit_of_work
    await surroundings.graph.caught_up()
    if other is None:
        found = await missed_pairs.standing_of_member(round_id, member, limit, unit_of_work, surroundings)
    else:
        found = await missed_pairs.standing_of_pair(round_id, (member, other), unit_of_work, surroundings)
    return StandingView.of(found, [member] if other is None else [member, other], surroundings.network)


def _near(found: NearPair, names: round_sentences.Names) -> NearPairView:
    text = round_sentences.missed(
        found.pair, found.score, found.rise, found.in_its_place, names, is_exact=found.is_exact
    )
    return NearPairView(
        **PairNames.of(found.pair).model_dump(),
        score=round(found.score, 4),
        rise=None if found.rise is None else round(found.rise, 6),
        is_exact=found.is_exact,
        in_its_place=[PairNames.of(pair) for pair in found.in_its_place],
        text=text,
    )


def _known(name: str, network: Network) -> str:
    """The display name of a member that is named as in edits."""
    member_id, _, programme_id = name.partition("/")
    return holder_name(f"programme/{name}" if programme_id else f"city/{member_id}", network)
