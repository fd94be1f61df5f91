"""Programmes that partners add: they wait until staff endorses them."""

from dataclasses import replace

from isopolity.registry.application.events import publish_member
from isopolity.registry.application.members import member
from isopolity.registry.application.ports import RegistryRepositories
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.domain.member import Partner


async def endorse_waiting(partner_id: str, programme_id: str, uow: RegistryRepositories) -> Partner:
    """The partner with one programme fewer that waits; as it is where that one does not. Raises NotFound."""
    stored: Partner = await member(uow, "partner", partner_id)
    if programme_id not in {each.programme_id for each in stored.profile.programmes}:
        raise NotFound("There is no programme with this id of this partner.")
    waiting = tuple(each for each in stored.profile.waiting if each != programme_id)
    revised = stored.revised(replace(stored.profile, waiting=waiting), stored.region)
    if revised is not stored:
        uow.partners.save(revised)
        publish_member(uow.outbox, "revised", revised)
    return revised
