"""Views of why a member, or a pair, is not in a round."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from isopolity.matching.application.wording import round_sentences
from isopolity.matching.application.workflows.member_names import holder_name, name_of_owner
from isopolity.matching.application.workflows.rounds.missed_pairs import NearPair, RoundStanding
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.entrypoints.http.absence.examples import STANDING


class PairNames(BaseModel):
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


class StandingView(BaseModel):
    """The standing of a member or a pair in a round: its chosen pairs, and the nearest ones that were not chosen."""

    model_config = ConfigDict(json_schema_extra={"examples": [STANDING]})

    chosen: list[PairNames] = Field(description="Those of its pairs that are in the round.")
    near: list[NearPairView] = Field(description="Candidates that are not, those that lack least first.")
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
            told=[
                *(round_sentences.chosen(pair, names) for pair in found.chosen),
                *(each.text for each in near),
                *(round_sentences.kept_out(who, reason) for reason in found.kept_out),
            ],
        )


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
