"""Known browsers: those from which the holder of an address has signed in before, so that no stranger slows them down.

Invariant: knowing a browser opens nothing. Of its secret a digest with the address is kept, beside ids of accounts; who
does not have the secret learns nothing of it.
"""

from collections.abc import Sequence
from hashlib import sha256

from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.access.account import Account


def digest_of_browser(browser: str, address: str) -> str:
    """What is kept of a browser's secret, for one address."""
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
    """Know the browser from now on: the holder of these accounts, which the address has, signs in from it."""
    if browser:
        digest = digest_of_browser(browser, address)
        await uow.known_browsers.keep(digest, [one.account_id for one in accounts], surroundings.clock())
