"""The second factor that a session needs before it acts for the office, by the app and the passkeys of its person."""

from datetime import datetime

from isopolity.registry.application.ports import RegistryRepositories
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.access.second_factor import FactorNeed


async def need_of(person: OfficePerson, uow: RegistryRepositories, now: datetime) -> FactorNeed:
    """The second factor that a session of the person needs if it has proved only a mail box."""
    passkeys = await uow.passkeys.of_accounts([person.person_id])
    return person.second_factor.need(now, has_passkey=any(one.is_factor for one in passkeys))
