"""Signing in by a mailed link, or by the code beside it; at the issuer of the office's organisation, which counts as a
second factor; or by a link that is handed over while mail is down.

Invariants: a request does the same work and gets the same answer whether or not an account has the address; so does
any secret or code that is refused. A secret or code is valid once. No request of a stranger ends a mailed link or
code. At the issuer, an address admits only the person who first signed in with it, even if the issuer reassigns it
later. A link that is handed over is valid once, for some minutes, and proves no more than a mailed one: the second
factor is still required.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from secrets import token_urlsafe
from typing import Final

from isopolity.identity.addresses import MailAddress, address_key
from isopolity.machine import periods
from isopolity.registry.application.access.accounts import accounts_of, known_browser, remember_browser
from isopolity.registry.application.access.ports import IssuerIdentity
from isopolity.registry.application.access.rules import digest_of_secret, new_secret
from isopolity.registry.application.access.sessions import Begun, begin_session, enter_sign_in
from isopolity.registry.application.confirmed_contacts import confirm_signed_in
from isopolity.registry.application.events import publish_sign_in
from isopolity.registry.application.ports import RegistryRepositories, RegistryUnitOfWork, Surroundings
from isopolity.registry.domain.access.account import Account
from isopolity.registry.domain.access.session import LINK_VALID, SignIn
from isopolity.registry.domain.errors import Gone, NotFound, NotPossible

_ID_BYTES: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Issued:
    """The recipient and the content of a sign-in mail."""

    account: Account
    secret: str
    code: str


async def request_sign_in(
    email: str, client: str, uow: RegistryUnitOfWork, surroundings: Surroundings, browser: str | None = None
) -> str:
    """Store a request to sign in, and order its mail; returns the sign-in's id. Raises LimitReached.

    A `browser` that is known to the address is not counted among strangers.
    """
    now, address = surroundings.clock(), MailAddress.of(email).key
    if await known_browser(browser, address, uow) is None:
        await surroundings.sign_in_rules.admit(uow.counters, client=client, address=address, now=now)
    sign_in = SignIn(sign_in_id=token_urlsafe(_ID_BYTES), address=address, requested_at=now)
    await uow.sign_ins.add(sign_in)
    publish_sign_in(uow.outbox, sign_in)
    return sign_in.sign_in_id


async def issue_sign_in(sign_in_id: str, uow: RegistryRepositories, surroundings: Surroundings) -> Issued:
    """Derive secret and code for the mail that is written now; a retried mail gets the same ones.

    Raises NotFound, and Gone if no account has the address, the request is too old or used, or another mail serves it:
    one of the last ten minutes, or of a later request.
    """
    now, rules = surroundings.clock(), surroundings.sign_in_rules
    address = await uow.sign_ins.address_of(sign_in_id)
    others = {one.sign_in_id: one for one in await uow.sign_ins.of_address(address or "", now - 2 * LINK_VALID)}
    wanted = others.pop(sign_in_id, None)
    if wanted is None:
        raise NotFound("There is no sign-in with this id; it is too old.")
    secret = rules.secret(sign_in_id)
    issued = wanted.issued(digest_of_secret(secret), now)
    if any(one.serves(wanted, now) for one in others.values()):
        raise Gone("Another mail has gone to this address, which serves this request, too; send nothing.")
    accounts = await accounts_of(wanted.address, uow, locked=False)
    if not accounts:
        raise Gone("Nobody signs in with this address; send nothing.")
    await uow.sign_ins.save(issued)
    return Issued(account=_written_to(accounts), secret=secret, code=rules.code(sign_in_id))


def _written_to(accounts: Sequence[Account]) -> Account:
    """The account whose name and language the mail uses: the office's first, since contacts can be invented."""
    return next((one for one in accounts if one.kind == "staff"), accounts[0])


async def exchange_secret(
    secret: str, begun_with: str | None, uow: RegistryUnitOfWork, surroundings: Surroundings, browser: str | None = None
) -> Begun | None:
    """Begin a session with the secret of a link; None if it is not valid."""
    sign_in = await uow.sign_ins.by_secret(digest_of_secret(secret))
    if sign_in is None or not sign_in.lets_in(surroundings.clock()):
        return None
    return await _let_in(sign_in, "link", begun_with, browser, uow, surroundings)


async def exchange_code(
    sign_in_id: str,
    code: str,
    begun_with: str | None,
    uow: RegistryUnitOfWork,
    surroundings: Surroundings,
    browser: str | None = None,
) -> Begun | None:
    """Begin a session with a code mailed to the address of this sign-in, for this or another request.

    None if the code is not valid. Commit in either case, so that the try is counted.
    """
    now, rules = surroundings.clock(), surroundings.sign_in_rules
    address = await uow.sign_ins.address_of(sign_in_id)
    if address is None:
        return None
    known = await known_browser(browser, address, uow)
    may_count = await rules.admit_code(uow.counters, address, known, now)
    mailed = await uow.sign_ins.mailed(address, now)
    right = [one for one in mailed if hmac.compare_digest(rules.code(one.sign_in_id), code)]
    if may_count and right:
        return await _let_in(right[0], "code", begun_with, browser, uow, surroundings)
    if known is None:
        await rules.count_guess(uow.counters, now)
    return None


async def _let_in(
    sign_in: SignIn,
    way: str,
    begun_with: str | None,
    browser: str | None,
    uow: RegistryUnitOfWork,
    surroundings: Surroundings,
) -> Begun | None:
    accounts: Sequence[Account] = await accounts_of(sign_in.address, uow, locked=True)
    if not await uow.sign_ins.spend(sign_in.sign_in_id) or not accounts:
        return None
    if sign_in.issued_at is not None:  # a link that was handed over does not prove the mail box
        await confirm_signed_in(accounts, uow, surroundings)
    await remember_browser(browser, sign_in.address, accounts, uow, surroundings)
    begun = await begin_session(accounts, begun_with, uow, surroundings)
    enter_sign_in(begun, way if sign_in.issued_at is not None else "handed-link", uow)
    return begun


MINUTES: Final = LINK_VALID.seconds // 60
"""How many minutes a link is valid, as the mail states it."""


async def begin_session_of(
    identity: IssuerIdentity,
    begun_with: str | None,
    uow: RegistryUnitOfWork,
    surroundings: Surroundings,
    browser: str | None = None,
) -> Begun:
    """Begin a session for an identity of the issuer. Raises NotPossible if the person is not on the list."""
    if identity.email is None:
        raise NotPossible("Your organisation does not vouch for your e-mail address; sign in by mail.")
    address = address_key(identity.email)
    accounts = await accounts_of(address, uow, locked=True)
    person = await uow.office.by_address(address)
    if person is None:
        raise NotPossible("Nobody on the network's list of staff has your address; ask an operator to add it.")
    if person.issuer_subject not in (None, identity.subject):
        raise NotPossible("Somebody else came with your address before; ask an operator to reset the entry.")
    await uow.office.put(replace(person, issuer_subject=identity.subject))
    await remember_browser(browser, address, accounts, uow, surroundings)
    begun = await begin_session(accounts, begun_with, uow, surroundings, verified=True)
    enter_sign_in(begun, "issuer", uow)
    return begun


HELD: Final = periods.PRINTED_LINK
"""How long the link is valid."""


async def make_sign_in_link(person_id: str, uow: RegistryRepositories, surroundings: Surroundings) -> str:
    """The secret of a new link for this person of the office; the audit has the person's id. Raises NotFound."""
    person = await uow.office.get(person_id, locked=False)
    if person is None:
        raise NotFound("No person with this id is on the list of staff and operators.")
    now, secret = surroundings.clock(), new_secret()
    await uow.sign_ins.add(
        SignIn(
            sign_in_id=new_secret(),
            address=person.address,
            requested_at=now,
            valid_until=now + HELD,
            secret_digest=digest_of_secret(secret),
        )
    )
    uow.audit.note("person", person_id)
    return secret
