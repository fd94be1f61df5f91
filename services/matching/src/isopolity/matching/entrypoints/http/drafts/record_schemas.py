"""Schemas of a publication: its record with its proof, and its frozen report beside the figures of today."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from isopolity.matching.application.workflows.member_names import name_of_owner, name_or_traits
from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.matching.assignment.verification import Verdict
from isopolity.matching.domain.draft_report import FrozenPair, FrozenReport, PublicationRecord
from isopolity.matching.domain.member import kind_of, owner
from isopolity.matching.domain.network import Network
from isopolity.matching.entrypoints.http.drafts.report_schemas import FiguresView

PUBLICATION: Final[dict[str, JsonValue]] = {
    "round_id": "01a2120d-c811-7574-99d4-c5772895ee12",
    "number": 2,
    "at": "2026-11-26T10:00:00Z",
    "by": "staff",
    "pairs": 128,
    "out_at": "2026-11-27T10:00:00Z",
    "undone_at": None,
    "undone": 0,
    "stands": True,
    "proved_pairs": 435,
    "value": 290.941,
    "bound": 290.941,
    "proved": "These 435 pairs respect all capacities and rules; their value 290.94 is the most that any choice could "
    "reach.",
    "fingerprint": "sha256:6b1f0c9e5d7a4b3c2f1e0d9c8b7a69584736251403f2e1d0c9b8a7968574635f",
    "has_report": True,
}


class PublicationRecordView(BaseModel):
    """A publication of a round, with what its certificate proves."""

    model_config = ConfigDict(json_schema_extra={"examples": [PUBLICATION]})

    round_id: str
    number: int = Field(description="Finds it in its round; a number is given once, whatever is undone.")
    at: datetime
    by: str = Field(description="Who of staff published it; empty where that is not known.")
    pairs: int = Field(description="Pairs that it published.")
    out_at: datetime | None = Field(description="When they go out, or went; null where they went out with the round.")
    undone_at: datetime | None
    undone: int = Field(description="How many of its pairs were taken back before they went out.")
    stands: bool = Field(description="Whether some of its pairs were not taken back.")
    proved_pairs: int = Field(
        description="Pairs that its certificate is of: its own, and those of the round that were published before."
    )
    value: float = Field(description="What these pairs are worth.")
    bound: float = Field(description="No choice that keeps the rules is worth more.")
    proved: str = Field(description="The sentence that says what the certificate proves.")
    fingerprint: str = Field(description="Of its certificate; it may be published.")
    has_report: bool = Field(description="Whether its report was frozen; one from before that was kept has none.")

    @classmethod
    def of(cls, record: PublicationRecord) -> Self:
        """Make the view of a record."""
        verdict = Verdict(faults=(), pairs=record.proved_pairs, value=record.value, bound=record.bound)
        return cls(
            round_id=record.round_id,
            number=record.number,
            at=record.at,
            by=record.by,
            pairs=record.pairs,
            out_at=record.out_at,
            undone_at=record.undone_at,
            undone=record.undone,
            stands=record.stands,
            proved_pairs=record.proved_pairs,
            value=record.value / WEIGHT_UNIT,
            bound=record.bound / WEIGHT_UNIT,
            proved=verdict.sentence,
            fingerprint=record.fingerprint,
            has_report=record.has_report,
        )


class PublishedPairView(BaseModel):
    """A pair of a frozen report; a member that has left is named by its region and size."""

    a: str
    b: str
    a_name: str
    b_name: str
    kind: str
    value: float
    is_new: bool = Field(description="Whether this publication brought it, and no earlier one.")

    @classmethod
    def of(cls, pair: FrozenPair, name: Callable[[str], str]) -> Self:
        """Make the view of a pair, in which a programme comes first; `name` names a holder."""
        a, b = sorted((pair.a, pair.b), key=lambda holder: (holder.startswith("city/"), holder))
        return cls(
            a=name_of_owner(a),
            b=name_of_owner(b),
            a_name=name(a),
            b_name=name(b),
            kind=kind_of(a),
            value=pair.weight / WEIGHT_UNIT,
            is_new=pair.is_new,
        )


class PublicationReportView(BaseModel):
    """The report of a publication: the figures of its moment, and those of the same pairs today."""

    publication: PublicationRecordView
    then: FiguresView = Field(
        description="The frozen figures, over all pairs of the round that were published by then."
    )
    today: FiguresView = Field(description="The same pairs in the network as it is today.")
    pairs: list[PublishedPairView] = Field(description="Those of greatest value first.")
    pairs_total: int = Field(description="How many there are; the list has `most` entries at most.")


def namer(frozen: FrozenReport, network: Network) -> Callable[[str], str]:
    """A function that names the holders of a frozen report by today's name, or by region and size if they have left."""

    def name(holder: str) -> str:
        return name_or_traits(holder, frozen.traits.get(owner(holder)), network)

    return name
