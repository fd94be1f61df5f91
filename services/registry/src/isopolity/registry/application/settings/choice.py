"""Staff chooses the default capacities of new members.

Invariant: a choice replaces only the one that its author has seen; earlier choices are kept.
"""

from dataclasses import asdict

from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.errors import StaleEntry
from isopolity.registry.domain.settings.capacity_defaults import USUAL, CapacityDefaults, Choice


async def capacity_defaults(uow: RegistryRepositories) -> CapacityDefaults:
    """The present default capacities."""
    last = await uow.choices.last(1)
    return last[0].defaults if last else USUAL


async def choose_defaults(
    wanted: CapacityDefaults, seen: int, by: str, uow: RegistryRepositories, surroundings: Surroundings
) -> None:
    """Store a choice, unless it equals the last one. Raises StaleEntry if `seen` is not the number of the last one."""
    last = next(iter(await uow.choices.last(1)), None)
    if (0 if last is None else last.number) != seen:
        raise StaleEntry("Somebody else has chosen since you looked; look again, then choose.")
    before = USUAL if last is None else last.defaults
    if wanted == before:
        return
    choice = Choice(number=seen + 1, chosen_at=surroundings.clock(), chosen_by=by, defaults=wanted)
    await uow.choices.add(choice)
    uow.audit.note("capacity-defaults", str(choice.number), before=asdict(before), after=asdict(wanted))
