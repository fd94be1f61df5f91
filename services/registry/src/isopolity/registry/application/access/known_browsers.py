"""Known browsers: those from which the holder of an address has signed in before; limits for strangers do not apply to
them.

Invariant: a known browser grants no access. Only a digest of its secret and the address is stored, with ids of
accounts; without the secret the digest reveals nothing.
"""

from collections.abc import Sequence
from hashlib import sha256

from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.access.account import Account


def digest_of_browser(browser: str, address: str) -> str:
    """Digest of a browser's secret and one address, in hex; the stored form of a known browser."""
    return sha256(f"{browser}\n{address}".encode()).hexdigest()


async def known_browser(browser: str | None, address: str, uow: RegistryRepositories) -> str | None:
    """The digest of the browser if it is known to the address, else None."""
    digest = digest_of_browser(browser or "", address)
    return digest if await uow.known_browsers.has(digest) and browser else None


async def remember_browser(
    browser: str | None,
    address: str,
    accounts: Sequence[Account],
    uow: RegistryRepositories,
    surroundings: Surroundings,
) -> None:
    """Store the browser as known to the address, whose holder has these accounts."""
    if browser:
        digest = digest_of_browser(browser, address)
        await uow.known_browsers.keep(digest, [one.account_id for one in accounts], surroundings.clock())
