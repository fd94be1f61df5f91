"""A sign-in link for somebody of the office that is handed over while mail is down.

Invariant: it is valid once, for some minutes, and proves no more than a mailed one: the second factor is still
required.
"""

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.access.sign_in import SignIn
from isopolity.registry.domain.errors import NotFound

HELD: Final = timedelta(minutes=10)
"""How long the link is valid."""
_BYTES: Final = 32


async def make_sign_in_link(person_id: str, uow: RegistryRepositories, surroundings: Surroundings) -> str:
    """The secret of a new link for this person of the office; the audit has the person's id. Raises NotFound."""
    person = await uow.office.get(person_id, locked=False)
    if person is None:
        raise NotFound("There is nobody with this id on the list of staff and operators.")
    now, secret = surroundings.clock(), token_urlsafe(_BYTES)
    await uow.sign_ins.add(
        SignIn(
            sign_in_id=token_urlsafe(_BYTES),
            address=person.address,
            requested_at=now,
            valid_until=now + HELD,
            secret_digest=sha256(secret.encode()).hexdigest(),
        )
    )
    uow.audit.note("person", person_id)
    return secret
