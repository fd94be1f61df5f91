"""Schemas of publishing a draft: the plan, the order, the pairs that fell out, and the undoing."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from isopolity.matching.application.workflows.drafts.pairs import Scope
from isopolity.matching.application.workflows.drafts.publication import FallsOut, Publication, PublicationPlan
from isopolity.matching.domain.network import Network
from isopolity.matching.entrypoints.http.drafts.filters import PairsFilter
from isopolity.matching.entrypoints.http.drafts.schemas import NAMED, ChosenPairView, DraftView, PairNames
from isopolity.matching.entrypoints.http.examples import DRAFT_PLAN
from isopolity.matching.entrypoints.rule_files.views import BrokenRules


class PublishOrder(BaseModel):
    """An order to publish all pairs of a draft, or some."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{}, {"only": [["tampere", "porto"]]}, {"fitting": {"kind": "twinning"}}]},
    )

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
    def telling(cls, each: FallsOut, network: Network) -> Self:
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

    model_config = ConfigDict(json_schema_extra={"examples": [DRAFT_PLAN]})

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
            falls_out=[FallsOutView.telling(each, network) for each in plan.falls_out],
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
        falls_out = [FallsOutView.telling(each, network) for each in done.falls_out]
        return cls(
            draft=DraftView.of(done.draft),
            published=done.published,
            falls_out=falls_out,
            broken_rules=list(done.unkept.broken),
            waiting_rules=list(done.unkept.waiting),
        )


class UndoneView(BaseModel):
    """The outcome of undoing."""

    draft: DraftView
    undone: int
