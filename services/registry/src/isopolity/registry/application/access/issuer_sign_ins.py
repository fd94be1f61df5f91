"""Staff and operators sign in at the issuer of their organisation, which counts as a second factor.

Invariant: an address admits only the person who first signed in with it, even if the issuer reassigns it later.
"""

from dataclasses import replace

from isopolity.mail_addresses import address_key
from isopolity.registry.application.access.accounts import accounts_of
from isopolity.registry.application.access.known_browsers import remember_browser
from isopolity.registry.application.access.ports import IssuerIdentity
from isopolity.registry.application.access.sessions import Begun, begin_session, enter_sign_in
from isopolity.registry.application.ports import RegistryUnitOfWork, Surroundings
from isopolity.registry.domain.errors import NotPossible


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
