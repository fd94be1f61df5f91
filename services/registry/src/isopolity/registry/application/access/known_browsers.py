"""Known browsers: those from which the holder of an address has signed in before, so that no stranger slows them down.

Invariant: a known browser opens nothing. Only a digest of its secret and the address is kept, beside ids of accounts;
without the secret the digest says nothing.
"""

from collections.abc import Sequence
from hashlib import sha256

from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.access.account import Account


def digest_of_browser(browser: str, address: str) -> str:
    """Digest of a browser's secret and one address, in hex: the form in which a known browser is kept."""
    return sha256(f"{browser}\n{address}".encode()).hexdigest()


async def known_browser(browser: str | None, address: str, uow: RegistryRepositories) -> str | None:
    """The digest of a browser that is known to the address; None for any other."""
    digest = digest_of_browser(browser or "", address)
    return digest if await uow.known_browsers.has(digest) and browser else None


async def remember_browser(
    browser: str | None,
    address: str,
    accounts: Sequence[Account],
    uow: RegistryRepositories,
    surroundings: Surroundings,
) -> None:
    """Keep the browser as known to the address, whose holder has these accounts and signs in from it."""
    if browser:
        digest = digest_of_browser(browser, address)
        await uow.known_browsers.keep(digest, [one.account_id for one in accounts], surroundings.clock())
