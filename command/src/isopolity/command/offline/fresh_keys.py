"""Makes keys of the network, as settings.

Invariant: each signer has a secret of its own, which begins with the day on which it was made; all others are given
its public half.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from isopolity.command.key_files import given_keys, known_command_key, known_registry_keys
from isopolity.network_keys import COMMAND, NOTIFY, REGISTRY, public_key
from isopolity.notify.settings import made_link_keys

SETTINGS: Final[Mapping[str, str]] = {
    REGISTRY: "ISOPOLITY_REGISTRY_KEYS",
    COMMAND: "ISOPOLITY_COMMAND_KEY",
    NOTIFY: "ISOPOLITY_NOTIFY_KEY",
}
"""The setting of each holder's secret."""
_LINKS: Final = "ISOPOLITY_LINK_KEYS"


def fresh_settings(holders: Sequence[str]) -> Mapping[str, str]:
    """New secrets of these holders and their public halves; of all, keys for answer links too."""
    today = datetime.now(UTC).date()
    fresh = {holder: f"{today}.{secrets.token_hex(24)}" for holder in holders}
    found = {SETTINGS[holder]: secret for holder, secret in fresh.items()}
    if len(holders) == len(SETTINGS):
        made = made_link_keys(given_keys("ISOPOLITY_TOKEN_KEYS"))
        found[_LINKS] = ",".join(given_keys(_LINKS) or (secrets.token_hex(24), *made))
    halves = (public_key(secret, holder) for holder, secret in fresh.items())
    return found | {"ISOPOLITY_PUBLIC_KEYS": ",".join(key.text for key in halves)}


def public_halves(data: Path) -> Sequence[str]:
    """The public halves of the secrets that are set here, or kept in `data`: as settings name them."""
    own = known_command_key(data)
    keys = [public_key(secret, REGISTRY) for secret in known_registry_keys(data)]
    keys += [public_key(own, COMMAND)] if own else []
    keys += [public_key(secret, NOTIFY) for secret in given_keys(SETTINGS[NOTIFY])]
    return [key.text for key in keys]
