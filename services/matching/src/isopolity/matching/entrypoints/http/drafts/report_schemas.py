"""Schemas of the report of a draft, and of its difference from another."""

from collections.abc import Callable, Sequence
from typing import Final

from pydantic import BaseModel, Field, TypeAdapter

from isopolity.matching.application.wording.phrases import region_first
from isopolity.matching.application.wording.round_sentences import gain_sentences
from isopolity.matching.domain.draft_report import DraftReport
from isopolity.matching.entrypoints.http.drafts.schemas import ChosenPairView, DraftView
from isopolity.matching.entrypoints.rule_files.views import RuleView

_REPORT: Final = TypeAdapter(DraftReport)


class ShareView(BaseModel):
    """The number of served cities in one group."""

    name: str
    cities: int
    served: int = Field(description="Cities with at least one pair.")
    first_ties: int = Field(description="Those of them that have no tie yet.")


class FiguresView(BaseModel):
    """The figures of a set of pairs: the cities served and not served, and the expected outcome."""

    twinnings: int
    sponsorships: int
    left: int = Field(
        default=0,
        description="Pairs of a member that has left, or of a closed programme: no other figure counts them.",
    )
    all_cities: ShareView
    by_region: list[ShareView]
    by_size: list[ShareView]
    programmes: int
    programmes_served: int
    expected_agreements: float | None = Field(
        description="Pairs of which both sides are expected to say yes; null before anybody has answered."
    )
    answers: int = Field(
        default=0, description="How many answers of members, silence counted as one, that is expected from."
    )
    unserved: list[str] = Field(
        description="Names of the cities that the round weighed, with room for a twinning or a sponsorship and no pair."
    )
    not_weighed: list[str] = Field(
        default=[],
        description="Names of other cities with such room and no pair: the round had no candidate for them, or they "
        "came after it.",
    )
    without_capacity: int = Field(
        description="Cities without a pair that have room for neither kind, or cannot be mailed."
    )
    gains_told: list[str] = Field(
        description="What the network gains if everybody says yes, in sentences, the weightiest first."
    )
    rules: list[RuleView] = Field(default=[], description="What becomes of each rule of the round in these pairs.")

    @classmethod
    def of(cls, report: DraftReport, name: Callable[[str], str], rules: Sequence[RuleView]) -> "FiguresView":
        """Make the view of a report; `name` gives a city's name by its key."""
        figures = _REPORT.dump_python(report)
        figures["gains_told"] = list(gain_sentences(report.gains))
        for cities in ("unserved", "not_weighed"):
            figures[cities] = sorted(name(city) for city in figures[cities])
        figures["by_region"] = [{**share, "name": region_first(share["name"])} for share in figures["by_region"]]
        return FiguresView(**figures, rules=list(rules))


class ReportView(FiguresView):
    """The figures of a draft as of now: the cities served and not served, and the expected outcome."""

    draft: DraftView


class DifferenceView(BaseModel):
    """The difference of two drafts: what the second has more or less than the first."""

    first: DraftView
    second: DraftView
    same: int = Field(description="How many pairs both have.")
    same_value_first: float = Field(default=0.0, description="What these pairs are worth in the first.")
    same_value_second: float = Field(default=0.0, description="What they are worth in the second.")
    answers_first: int | None = Field(
        default=None,
        description="How many answers of members, silence counted as one, the first one's values were learned from; "
        "null where that was not kept yet.",
    )
    answers_second: int | None = Field(default=None, description="How many the second one's values were learned from.")
    only_first: list[ChosenPairView]
    only_second: list[ChosenPairView]
    alone_in_second: list[str] = Field(description="Names of members that only the first has paired.")
    alone_in_first: list[str] = Field(description="Names of members that only the second has paired.")
    only_first_total: int = Field(description="How many there are; the lists have `most` entries at most.")
    only_second_total: int
    alone_in_second_total: int
    alone_in_first_total: int
