"""`/registry/v1/capacity-defaults`: default capacities of new members.

Invariant: a choice is made only by somebody who has seen the last one; staff reads earlier choices and their authors.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field

from isopolity.contracts.validation_sentences import DIGITS
from isopolity.registry.application.members import capacity_defaults, choose_defaults
from isopolity.registry.domain.member import CapacityDefaults
from isopolity.registry.entrypoints.examples import with_examples
from isopolity.registry.entrypoints.http.context import MANAGE, Registry, RegistryContext, Staff
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1/capacity-defaults")

_LISTED: Final = 20
Places = Annotated[int, Field(ge=0, le=1000), DIGITS]
Manager = Annotated[Principal, Depends(require(MANAGE))]
"""Admits staff that may manage."""


class CapacityDefaultsView(BaseModel):
    """Default capacities of members and programmes that are registered from now on."""

    city: int = Field(description="Twinnings that a city can handle at a time")
    programme: int = Field(description="Cities that a programme can take at a time")


class CapacityDefaultsInput(BaseModel):
    """The default capacities that staff chooses."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=with_examples)

    seen: int = Field(ge=0, le=1_000_000_000, description="`number` of the choice that held when you looked; 0: none")
    city: Places
    programme: Places


class ChoiceView(CapacityDefaultsView):
    """One choice of default capacities."""

    number: int
    chosen_at: datetime
    chosen_by: str


class Choices(BaseModel):
    """The last choices."""

    items: list[ChoiceView] = Field(description="The newest first, at most 20")


@router.get("", operation_id="capacity-defaults.read", summary="What a new member has room for")
async def read(registry: Registry) -> CapacityDefaultsView:
    """The capacity of a new member or programme that states none; 1 before staff has chosen."""
    async with registry.reading() as uow:
        return CapacityDefaultsView.model_validate(await capacity_defaults(uow), from_attributes=True)


@router.get("/choices", summary="Who has chosen what a new member has room for")
async def choices(registry: Registry, _principal: Staff) -> Choices:
    """The last choices, with their times and authors."""
    return await _choices(registry)


@router.put("", summary="Choose what a new member has room for")
async def put(wanted: CapacityDefaultsInput, registry: Registry, principal: Manager) -> Choices:
    """Applies to members registered from now on; existing members keep their capacities.

    412 if somebody else has chosen since `seen`.
    """
    defaults = CapacityDefaults(city=wanted.city, programme=wanted.programme)
    async with registry.unit_of_work() as uow:
        await choose_defaults(defaults, wanted.seen, principal.subject, uow, registry.surroundings)
        await uow.commit()
    return await _choices(registry)


async def _choices(registry: RegistryContext) -> Choices:
    async with registry.reading() as uow:
        last = await uow.choices.last(_LISTED)
    return Choices(items=[ChoiceView(**asdict(each) | asdict(each.defaults)) for each in last])
