"""Existing twinnings: claimed by one side, declared by both or staff, refused, retracted.

Invariant: only a declared twinning is a fact; events are published when one is declared, or a declared one is
retracted.
"""

from collections.abc import Mapping
from typing import Final

from isopolity.registry.application.commands import DeclareTwinning
from isopolity.registry.application.events import publish_twinning
from isopolity.registry.application.ports import RegistryRepositories
from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotFound, NotPossible
from isopolity.registry.domain.member import City
from isopolity.registry.domain.twinning import CLAIMED, DECLARED, Twinning, in_order

OPEN_CLAIMS: Final = 20
"""The most open claims of one city."""


async def declare_twinning(command: DeclareTwinning, uow: RegistryRepositories) -> Twinning:
    """Store a twinning: declared if staff or both sides say so, else a claim. Raises InvalidProfile, NotPossible."""
    city_a, city_b = in_order(command.city_a, command.city_b)
    _require_cities(command, await uow.cities.get_many([city_a, city_b]))
    side, since = command.claimed_by, command.since
    identifier = f"{city_a}:{city_b}"
    stored = (await uow.twinnings.get_many([identifier])).get(identifier)
    if stored is not None:
        changed = stored.declared_again(since) if side is None else stored.claimed_again(side, since)
    else:
        status = DECLARED if side is None else CLAIMED
        changed = Twinning(city_a=city_a, city_b=city_b, version=1, status=status, since=since, claimed_by=side)
    if changed.status == CLAIMED and (stored is None or stored.status != CLAIMED):
        await _require_few_claims(changed.claimed_by or "", uow)
    return _keep(stored, changed, uow)


async def decide_twinning(twinning_id: str, uow: RegistryRepositories, *, confirm: bool, side: str | None) -> Twinning:
    """Confirm or refuse a claim. Raises NotFound, NotPossible."""
    stored = await _twinning(twinning_id, uow)
    return _keep(stored, stored.confirmed(side) if confirm else stored.refused(side), uow)


async def retract_twinning(twinning_id: str, uow: RegistryRepositories) -> Twinning:
    """Retract a declaration or claim. Raises NotFound."""
    stored = await _twinning(twinning_id, uow)
    return _keep(stored, stored.retracted(), uow)


async def _twinning(twinning_id: str, uow: RegistryRepositories) -> Twinning:
    stored = await uow.twinnings.get(twinning_id)
    if stored is None:
        raise NotFound("There is no twinning with this id.")
    return stored


def _require_cities(command: DeclareTwinning, found: Mapping[str, City]) -> None:
    """Raise InvalidProfile if a city is unknown, or not endorsed and so hidden from the claiming side."""
    admitted = {
        city_id for city_id, city in found.items() if city.status == "endorsed" or command.claimed_by in (None, city_id)
    }
    unknown = [field for field in ("city_a", "city_b") if getattr(command, field) not in admitted]
    if unknown:
        raise InvalidProfile([FieldError((field,), "There is no city with this id.") for field in unknown])


async def _require_few_claims(side: str, uow: RegistryRepositories) -> None:
    """Raise NotPossible beyond `OPEN_CLAIMS`; the side's city is locked already, so that claims come in turn."""
    claimed = [one for one in await uow.twinnings.claimed_by(side) if one.status == CLAIMED]
    if len(claimed) >= OPEN_CLAIMS:
        raise NotPossible(f"{OPEN_CLAIMS} of your twinnings wait to be confirmed; wait for some, or retract one.")


def _keep(stored: Twinning | None, changed: Twinning, uow: RegistryRepositories) -> Twinning:
    if changed is stored:
        return changed
    if stored is None:
        uow.twinnings.add(changed)
    else:
        uow.twinnings.save(changed)
    if changed.status == DECLARED or (stored is not None and stored.status == DECLARED):
        publish_twinning(uow.outbox, changed)
    return changed
