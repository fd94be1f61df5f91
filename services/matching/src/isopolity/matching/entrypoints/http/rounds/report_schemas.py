"""Schemas of the report of a draft and of its difference from another, and of publishing a draft."""

from collections.abc import Callable, Sequence
from typing import Final, Self

from pydantic import ConfigDict, Field, TypeAdapter

from isopolity.matching.application.wording.round_sentences import gain_sentences
from isopolity.matching.application.workflows.drafts.pairs import Scope
from isopolity.matching.application.workflows.drafts.publication import FallsOut, Publication, PublicationPlan
from isopolity.matching.domain.draft_report import DraftReport
from isopolity.matching.domain.network import Network
from isopolity.matching.entrypoints.http.rounds.round_schemas import BrokenRules, RuleView
from isopolity.matching.entrypoints.http.rounds.schemas import NAMED, ChosenPairView, DraftView, PairNames, PairsFilter
from isopolity.matching.entrypoints.http.view import View
from isopolity.wording.phrases import region_first

_REPORT: Final = TypeAdapter(DraftReport)


class ShareView(View):
    """The number of served cities in one group."""

    name: str
    cities: int
    served: int = Field(description="Cities with at least one pair.")
    first_ties: int = Field(description="Those of them that have no tie yet.")


class FiguresView(View):
    """The figures of a set of pairs: the cities served and not served, and the expected outcome."""

    twinnings: int
    sponsorships: int
    left: int = Field(
        default=0, description="Pairs of a member that has left, or of a closed programme: no other figure counts them."
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


class DifferenceView(View):
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


class PublishOrder(View):
    """An order to publish all pairs of a draft, or some."""

    model_config = ConfigDict(extra="forbid")

    only: list[PairNames] | None = Field(default=None, max_length=10_000, description=f"All if not given. {NAMED}")
    fitting: PairsFilter | None = Field(default=None, description="Only the pairs that fit.")

    def scope(self) -> Scope:
        """The pairs that the order selects."""
        return Scope(only=self.only, fitting=None if self.fitting is None else self.fitting.wanted())


class ConfirmedPublishOrder(PublishOrder):
    """An order to publish the pairs of a plan."""

    token: str = Field(description="Of the plan: its pairs are published, but for those that fell out since.")


class FallsOutView(ChosenPairView):
    """A pair that is not published, with the reason."""

    reason: str

    @classmethod
    def of_pair(cls, each: FallsOut, network: Network) -> Self:
        """Make the view of a pair that falls out, with the names of its members."""
        return cls(**ChosenPairView.of(each.pair, network).model_dump(), reason=each.reason)


class PublishedRules(BrokenRules):
    """The rules of the round that do not hold in the published pairs, or would not."""

    waiting_rules: list[str] = Field(
        default=[],
        description="Rules that hold once the rest of the draft is published, too; until then a certificate leaves "
        "all out.",
    )


class PlanView(PublishedRules):
    """The plan of a publication: what publishing now would do."""

    proposals: int = Field(description="Proposals that would be scheduled.")
    mails: int = Field(description="Sides that would be told: two for each proposal.")
    out_in_hours: float = Field(description="Hours until they go out; so long publishing can be undone.")
    falls_out: list[FallsOutView]
    token: str = Field(description="Identifies this plan; an order to publish names it.")

    @classmethod
    def of(cls, plan: PublicationPlan, hours: float, network: Network) -> Self:
        """Make the view of a plan; `hours` is the time to undo."""
        return cls(
            proposals=len(plan.ready),
            mails=2 * len(plan.ready),
            out_in_hours=hours,
            falls_out=[FallsOutView.of_pair(each, network) for each in plan.falls_out],
            token=plan.token,
            broken_rules=list(plan.unkept.broken),
            waiting_rules=list(plan.unkept.waiting),
        )


class PublicationView(PublishedRules):
    """The outcome of publishing."""

    draft: DraftView
    published: int
    falls_out: list[FallsOutView]

    @classmethod
    def of(cls, done: Publication, network: Network) -> Self:
        """Make the view of a publication that was just made."""
        falls_out = [FallsOutView.of_pair(each, network) for each in done.falls_out]
        return cls(
            draft=DraftView.of(done.draft),
            published=done.published,
            falls_out=falls_out,
            broken_rules=list(done.unkept.broken),
            waiting_rules=list(done.unkept.waiting),
        )


class UndoneView(View):
    """The outcome of undoing."""

    draft: DraftView
    undone: int
