"""Waiting programmes are endorsed, or refused until the partner changes them."""

from dataclasses import replace
from typing import Any

from isopolity.registry.application.events import publish_member
from isopolity.registry.application.members import member
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.errors import NotFound, NotPossible
from isopolity.registry.domain.member import Partner
from isopolity.registry.domain.partner import Refusal


async def endorse_waiting(partner_id: str, programme_id: str, uow: RegistryRepositories) -> Partner:
    """Endorse a waiting programme; nothing happens if it does not wait. Raises NotFound."""
    stored: Partner = await member(uow, "partner", partner_id)
    if programme_id not in {each.programme_id for each in stored.profile.programmes}:
        raise NotFound("There is no programme with this id of this partner.")
    if programme_id not in stored.profile.waiting:
        return stored
    waiting = tuple(each for each in stored.profile.waiting if each != programme_id)
    admitted = tuple(each for each in stored.profile.admitted if each.programme_id != programme_id)
    return _revised(stored, uow, waiting=waiting, refused=_others(stored, programme_id), admitted=admitted)


async def refuse_waiting(
    partner_id: str, programme_id: str, reason: str, uow: RegistryRepositories, surroundings: Surroundings
) -> Partner:
    """Refuse a waiting programme with a reason. Raises NotFound, NotPossible."""
    stored: Partner = await member(uow, "partner", partner_id)
    if programme_id not in {each.programme_id for each in stored.profile.programmes}:
        raise NotFound("There is no programme with this id of this partner.")
    if programme_id not in stored.profile.waiting:
        raise NotPossible("This programme is endorsed already; ask the partner to close it.")
    refusal = Refusal(programme_id=programme_id, reason=reason, refused_on=surroundings.clock().date())
    return _revised(stored, uow, refused=(*_others(stored, programme_id), refusal))


def _others(stored: Partner, programme_id: str) -> tuple[Refusal, ...]:
    return tuple(each for each in stored.profile.refused if each.programme_id != programme_id)


def _revised(stored: Partner, uow: RegistryRepositories, **changes: Any) -> Partner:
    revised = stored.revised(replace(stored.profile, **changes), stored.region)
    if revised is not stored:
        uow.partners.save(revised)
        publish_member(uow.outbox, "revised", revised)
    return revised
