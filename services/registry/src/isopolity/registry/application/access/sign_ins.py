"""Signing in by a mailed link, or by the code beside it.

Invariant: a request does the same work and gets the same answer whether anybody has the address; so does a secret or
code that does not let in, whatever the reason. A secret or code lets in once, whoever is first.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from secrets import randbelow, token_urlsafe
from typing import Final

from isopolity.mail_addresses import MailAddress
from isopolity.registry.application.access.accounts import accounts_of
from isopolity.registry.application.access.sessions import Begun, begin_session
from isopolity.registry.application.confirmed_contacts import confirm_signed_in
from isopolity.registry.application.events import publish_sign_in
from isopolity.registry.application.ports import RegistryRepositories, RegistryUnitOfWork, Surroundings
from isopolity.registry.domain.access.account import Account
from isopolity.registry.domain.access.sign_in import CODE_TRIES, LINK_VALID, SignIn
from isopolity.registry.domain.errors import Gone, NotFound

_ID_BYTES: Final = 24
_SECRET_BYTES: Final = 32
_CODES: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Issued:
    """Whom to mail, and with what."""

    account: Account
    secret: str
    code: str


async def request_sign_in(email: str, client: str, uow: RegistryUnitOfWork, surroundings: Surroundings) -> str:
    """Keep that somebody wants to sign in, and ask for the mail; returns the sign-in's id. Raises LimitReached."""
    now, address = surroundings.clock(), MailAddress.of(email).key
    mailable = await surroundings.sign_in_rules.admit(uow.counters, client=client, address=address, now=now)
    sign_in = SignIn(sign_in_id=token_urlsafe(_ID_BYTES), address=address, requested_at=now, mailable=mailable)
    await uow.sign_ins.add(sign_in)
    publish_sign_in(uow.outbox, sign_in)
    return sign_in.sign_in_id


async def issue_sign_in(sign_in_id: str, uow: RegistryRepositories, surroundings: Surroundings) -> Issued:
    """Make secret and code for the mail that is about to be written; earlier ones of the address end.

    Raises NotFound, and Gone where nobody has the address, its share is used up, the request is older than a link
    holds, or a later one has been mailed.
    """
    address = await uow.sign_ins.address_of(sign_in_id)
    others = {one.sign_in_id: one for one in await uow.sign_ins.of_address(address or "")}
    wanted = others.pop(sign_in_id, None)
    if wanted is None:
        raise NotFound("There is no sign-in with this id; it has been used, or is too old.")
    secret, code = token_urlsafe(_SECRET_BYTES), f"{randbelow(_CODES):06}"
    code_digest = surroundings.sign_in_rules.code_digest(sign_in_id, code)
    issued = wanted.issued(_digest(secret), code_digest, surroundings.clock())
    if any(one.issued_at is not None and one.requested_at > wanted.requested_at for one in others.values()):
        raise Gone("A later request of this address has been mailed; send nothing.")
    accounts = await accounts_of(wanted.address, uow, locked=False)
    if not accounts:
        raise Gone("Nobody signs in with this address; send nothing.")
    await uow.sign_ins.save(issued)
    for other in others.values():
        await uow.sign_ins.save(other.voided())
    return Issued(account=accounts[0], secret=secret, code=code)


async def exchange_secret(
    secret: str, begun_with: str | None, uow: RegistryUnitOfWork, surroundings: Surroundings
) -> Begun | None:
    """Begin a session with the secret of a link; None where it does not let in."""
    sign_in = await uow.sign_ins.by_secret(_digest(secret))
    if sign_in is None or not sign_in.lets_in(surroundings.clock()):
        return None
    return await _let_in(sign_in, begun_with, uow, surroundings)


async def exchange_code(
    sign_in_id: str, code: str, begun_with: str | None, uow: RegistryUnitOfWork, surroundings: Surroundings
) -> Begun | None:
    """Begin a session with the code of a sign-in; None where it does not let in. Commit then, too: the try counts."""
    now, rules = surroundings.clock(), surroundings.sign_in_rules
    sign_in = await uow.sign_ins.count_try(sign_in_id)
    if sign_in is None:
        return None
    within_share = await rules.admit_code(uow.counters, sign_in.address, now)
    same = hmac.compare_digest(sign_in.code_digest or "", rules.code_digest(sign_in_id, code))
    if not (same and within_share and sign_in.tries <= CODE_TRIES and sign_in.lets_in(now)):
        return None
    return await _let_in(sign_in, begun_with, uow, surroundings)


async def _let_in(
    sign_in: SignIn, begun_with: str | None, uow: RegistryUnitOfWork, surroundings: Surroundings
) -> Begun | None:
    accounts: Sequence[Account] = await accounts_of(sign_in.address, uow, locked=True)
    if not await uow.sign_ins.spend(sign_in.sign_in_id) or not accounts:
        return None
    await confirm_signed_in(accounts, uow, surroundings)
    return await begin_session(accounts, begun_with, uow, surroundings)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


MINUTES: Final = LINK_VALID.seconds // 60
"""How long a link holds, as the mail says it."""
