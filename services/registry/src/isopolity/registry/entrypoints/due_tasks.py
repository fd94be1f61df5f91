"""Tasks of registry: make changes of contacts whose time to object is over; order a confirmation mail for unconfirmed
contacts without one.

Invariants: a change is made once, even with several instances: its row is locked and checked again. Each contact is
asked by one instance. Such contacts come from upgrades, and from an older release that still runs beside this one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from isopolity.persistence.health import postponing
from isopolity.registry.application.confirmed_contacts import ask_unasked
from isopolity.registry.application.ports import Surroundings, UnitOfWorkFactory
from isopolity.registry.application.replacement.pending_changes import make_due
from isopolity.registry.entrypoints.http.context import RegistryContext

_log = structlog.get_logger(__name__)
_SECONDS: Final = 60.0
_MADE_AT_ONCE: Final = 100


async def make_all_due(unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> int:
    """Make up to 100 changes that are due, each in a transaction of its own; returns how many were made."""
    async with unit_of_work() as uow:
        due = await uow.contact_changes.due(surroundings.clock(), _MADE_AT_ONCE)
    made = 0
    for change_id in due:
        async with unit_of_work() as uow:
            made += await make_due(change_id, uow, surroundings)
            await uow.commit()
    return made


async def make_due_for_ever(
    unit_of_work: UnitOfWorkFactory,
    surroundings: Surroundings,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Make due changes every minute; a database that is away is tried again."""
    while True:
        with postponing(_log, "contact_changes_postponed"):
            await make_all_due(unit_of_work, surroundings)
        await sleep(_SECONDS)


_ASKED_AT_ONCE: Final = 500


async def ask_for_ever(registry: RegistryContext) -> None:
    """Ask all such contacts every minute; a database that is away is tried again."""
    while True:
        with postponing(_log, "contacts_not_asked"):
            more = True
            while more:
                more = await ask_some(registry) == _ASKED_AT_ONCE
        await asyncio.sleep(_SECONDS)


async def ask_some(registry: RegistryContext) -> int:
    """Ask up to 500 contacts; returns how many were asked."""
    async with registry.unit_of_work() as uow:
        count = await ask_unasked(_ASKED_AT_ONCE, uow, registry.surroundings)
        if count:
            await uow.commit()
    return count
