"""Orders of rounds that are used again: that of a round, with what lets one that failed be run; and saved templates.

Invariant: an order that is read here can be sent as it is to start a round.
"""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Path, Response
from pydantic import ConfigDict, Field, StringConstraints

from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.member_names import gone_from, holder_name, with_names
from isopolity.matching.application.workflows.rounds.failure_sentences import remedy_sentence
from isopolity.matching.application.workflows.rounds.templates import change_template, delete_template, save_template
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.round import LONGEST_NAME, Round, RoundPlan, RoundTemplate
from isopolity.matching.domain.rules.changes import Remedy
from isopolity.matching.entrypoints.http.context import Matching, Posting, Publisher, Staff
from isopolity.matching.entrypoints.http.rounds.round_schemas import RoundOrder
from isopolity.matching.entrypoints.http.rounds.rules_check import GONE
from isopolity.matching.entrypoints.http.view import View
from isopolity.matching.entrypoints.rule_files.written import written_rules
from isopolity.matching.errors import UnknownRound
from isopolity.web.idempotent_posts import json_response
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/matching/v1")
TemplateId = Annotated[str, Path(max_length=128)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME)]


class RemedyView(View):
    """Changes of an order, after which its round can be run."""

    told: str = Field(description="What changes, and whether it is proved that no less is enough.")
    is_smallest: bool = Field(description="Whether it is proved that changing less of this is not enough.")
    order: RoundOrder = Field(description="The order with these changes.")
    rules: str = Field(description="Its rules as a file in TOML.")

    @classmethod
    def of(cls, remedy: Remedy, plan: RoundPlan, network: Network) -> Self:
        """The view of a remedy for a plan."""
        changed = plan.after(remedy)
        return cls(
            told=with_names(remedy_sentence(remedy, plan.book), network),
            is_smallest=remedy.is_smallest,
            order=RoundOrder.of(changed),
            rules=written_rules(changed.book),
        )


class OrderView(View):
    """The order of a round."""

    order: RoundOrder
    rules: str = Field(description="Its rules, objective and floors as a file in TOML; empty where there are none.")
    must_told: list[str] = Field(default=[], description="The pairs that must be chosen, by the names of both.")
    never_told: list[str] = Field(default=[], description="The pairs that must not be chosen, by the names of both.")
    gone: list[str] = Field(default=[], description=GONE)
    remedies: list[RemedyView] = Field(
        default=[],
        description="Where the round failed because of its rules: the smallest changes that were found, each of which "
        "lets it be run, those that change least first.",
    )

    @classmethod
    def of(cls, known: Round, network: Network) -> Self:
        """The view of a round's order."""
        must, never = (
            [f"{holder_name(one, network)} and {holder_name(other, network)}" for one, other in pairs]
            for pairs in (known.plan.must, known.plan.never)
        )
        return cls(
            order=RoundOrder.of(known.plan),
            rules=written_rules(known.plan.book),
            must_told=must,
            never_told=never,
            gone=list(gone_from(known.plan, network)),
            remedies=[RemedyView.of(each, known.plan, network) for each in known.remedies],
        )


class TemplateOrder(View):
    """An order for rounds, to be saved under a name."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    order: RoundOrder


class TemplateChange(View):
    """The name of a template, and the order that it has from now on."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    order: RoundOrder | None = Field(default=None, description="Null leaves the order as it is.")


class TemplateView(View):
    """A template: an order for rounds under a name."""

    template_id: str
    name: str
    changed_at: datetime
    order: RoundOrder
    rules: str = Field(description="The rules, objective and floors as a file in TOML; empty where there are none.")
    gone: list[str] = Field(default=[], description=GONE)

    @classmethod
    def of(cls, template: RoundTemplate, network: Network) -> Self:
        """The view of a template."""
        plan = template.plan
        return cls.copied(
            template,
            order=RoundOrder.of(plan),
            rules=written_rules(plan.book),
            gone=list(gone_from(plan, network)),
        )


@router.get("/rounds/{round_id}/order")
async def read_order(matching: Matching, _: Staff, round_id: str) -> OrderView:
    """The order of a round, to start another one like it; and what lets a round be run that failed by its rules."""
    known = await matching.queries.round(round_id)
    if known is None:
        raise UnknownRound("There is no round with this id.")
    await matching.surroundings.graph.caught_up()
    return OrderView.of(known, matching.surroundings.network)


@router.get("/round-templates")
async def list_templates(matching: Matching, _: Staff) -> list[TemplateView]:
    """All templates of rounds, by name."""
    await matching.surroundings.graph.caught_up()
    return [TemplateView.of(each, matching.surroundings.network) for each in await matching.queries.templates()]


@router.post("/round-templates", response_model=TemplateView, status_code=201)
async def create_template(matching: Matching, _: Publisher, posting: Posting, order: TemplateOrder) -> Response:
    """Save an order for rounds under a name. Members are looked up when a round is started with it."""

    async def saved(uow: UnitOfWork) -> Response:
        template = await save_template(order.name, order.order.plan(), uow, matching.surroundings)
        return json_response(TemplateView.of(template, matching.surroundings.network), 201)

    return await posting(saved)


@router.put("/round-templates/{template_id}")
async def put_template(
    matching: Matching, _: Publisher, template_id: TemplateId, order: TemplateChange
) -> TemplateView:
    """Rename a template, or replace its order, too."""
    plan = None if order.order is None else order.order.plan()
    async with matching.unit_of_work() as uow:
        changed = await change_template(template_id, order.name, plan, uow, matching.surroundings)
        await uow.commit()
    return TemplateView.of(changed, matching.surroundings.network)


@router.delete("/round-templates/{template_id}", status_code=204)
async def remove_template(matching: Matching, _: Publisher, template_id: TemplateId) -> None:
    """Delete a template; rounds that were started with it stay."""
    async with matching.unit_of_work() as uow:
        await delete_template(template_id, uow)
        await uow.commit()
