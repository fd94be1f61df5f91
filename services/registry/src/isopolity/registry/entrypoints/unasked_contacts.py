"""A task of registry that orders a confirmation mail for unconfirmed contacts without one.

Invariant: each is asked by one instance. Such contacts come from upgrades, and from an older release that still runs
beside this one.
"""

import asyncio
from typing import Final

import structlog

from isopolity.persistence.away import is_unavailable, reason_of
from isopolity.registry.application.confirmed_contacts import ask_unasked
from isopolity.registry.entrypoints.http.context import RegistryContext

_AT_ONCE: Final = 500
_SECONDS: Final = 60.0
_log = structlog.get_logger(__name__)


async def ask_for_ever(registry: RegistryContext) -> None:
    """Ask all such contacts every minute; a database that is away is tried again."""
    while True:
        try:
            more = True
            while more:
                more = await ask_some(registry) == _AT_ONCE
        except Exception as error:
            if not is_unavailable(error):
                raise
            _log.warning("contacts_not_asked", reason=reason_of(error))
        await asyncio.sleep(_SECONDS)


async def ask_some(registry: RegistryContext) -> int:
    """Ask up to 500 contacts; returns how many were asked."""
    async with registry.unit_of_work() as uow:
        count = await ask_unasked(_AT_ONCE, uow, registry.surroundings)
        if count:
            await uow.commit()
    return count
