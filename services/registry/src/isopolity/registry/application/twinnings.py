"""Twinnings that exist already: declared and retracted."""

from isopolity.registry.application.commands import DeclareTwinning, RetractTwinning
from isopolity.registry.application.events import publish_twinning
from isopolity.registry.application.ports import RegistryRepositories
from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotFound
from isopolity.registry.domain.twinning import Twinning, in_order


async def declare_twinning(command: DeclareTwinning, work: RegistryRepositories) -> Twinning:
    """Keep that two cities are twinned; declaring it again changes the year only. Raises InvalidProfile."""
    city_a, city_b = in_order(command.city_a, command.city_b)
    found = await work.cities.get_many([city_a, city_b])
    unknown = [field for field in ("city_a", "city_b") if getattr(command, field) not in found]
    if unknown:
        raise InvalidProfile([FieldError((field,), "There is no city with this id.") for field in unknown])
    twinning = Twinning(city_a=city_a, city_b=city_b, version=1, status="declared", since=command.since)
    stored = (await work.twinnings.get_many([twinning.identifier])).get(twinning.identifier)
    if stored is None:
        work.twinnings.add(twinning)
        publish_twinning(work.outbox, twinning)
        return twinning
    return _save(stored, stored.declared_again(command.since), work)


async def retract_twinning(command: RetractTwinning, work: RegistryRepositories) -> Twinning:
    """Take a declaration back. Raises NotFound."""
    stored = await work.twinnings.get(command.twinning_id)
    if stored is None:
        raise NotFound("There is no twinning with this id.")
    return _save(stored, stored.retracted(), work)


def _save(stored: Twinning, changed: Twinning, work: RegistryRepositories) -> Twinning:
    if changed is not stored:
        work.twinnings.save(changed)
        publish_twinning(work.outbox, changed)
    return changed
