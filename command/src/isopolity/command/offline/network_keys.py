"""Keys of the network: made as settings, and checked for the doctor.

Invariant: each signer has a secret of its own, which begins with the day on which it was made; all others are given
its public half. No finding shows a secret, not even a part of one; public halves and ids of keys are no secret.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from isopolity.command.data_folder import given_keys, known_command_key, known_earlier_keys, known_registry_keys
from isopolity.configuration.settings import Settings
from isopolity.identity.network_keys import COMMAND, NOTIFY, REGISTRY, PublicKey, public_key
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


_SHORTEST: Final = 32
_OLD: Final = timedelta(days=366)
"""A key that is older is to be rotated."""
_SHORT: Final = f"a key is short; use at least {_SHORTEST} random characters"


def key_findings(settings: Mapping[str, Settings], data: Path) -> Iterator[tuple[str, bool, str]]:
    """A subject, whether it is fine, and what was found or is to be changed, for each kind of key."""
    public: Sequence[PublicKey] = settings["notify"].given_keys
    earlier = known_earlier_keys(data)
    yield "registry's keys", *_of_registry(known_registry_keys(data), public, upgrading=bool(earlier))
    yield "command's key", *_of_the_command(known_command_key(data), public, upgrading=bool(earlier))
    if of_notify := [key for key in public if key.name == NOTIFY]:
        yield "notify's key", True, _listed(of_notify)
    if given_keys("ISOPOLITY_TOKEN_KEYS"):
        detail = (
            "each service that has ISOPOLITY_TOKEN_KEYS can sign any token: set the keys that `isopolity keys make` "
            "prints, deploy, then take it out (runbook, “Keys”)"
        )
        yield "token keys", False, detail
    elif earlier:
        yield "token keys", True, "of the release before; they go by themselves once no token of theirs can live"


def _of_registry(secrets: Sequence[str], public: Sequence[PublicKey], *, upgrading: bool) -> tuple[bool, str]:
    if secrets and min(map(len, secrets)) < _SHORTEST:
        return False, _SHORT
    own = [public_key(secret, REGISTRY) for secret in secrets] or [key for key in public if key.name == REGISTRY]
    if own:
        return True, f"{_listed(own)}; the first signs"
    if upgrading:
        return True, "none here; until registry has some it signs with ISOPOLITY_TOKEN_KEYS"
    return True, "none here: registry alone has them (ISOPOLITY_REGISTRY_KEYS)"


def _of_the_command(secret: str | None, public: Sequence[PublicKey], *, upgrading: bool) -> tuple[bool, str]:
    if secret is None and upgrading:
        return True, "none; it signs with ISOPOLITY_TOKEN_KEYS"
    if secret is None:
        detail = "set ISOPOLITY_COMMAND_KEY, or start `isopolity up`, which makes a key in the data folder"
        return False, detail
    if len(secret) < _SHORTEST:
        return False, _SHORT
    own = public_key(secret, COMMAND)
    if public and own not in public:
        return False, f"its public half is not in ISOPOLITY_PUBLIC_KEYS: add {own.text}"
    return True, _listed([own])


def _listed(keys: Sequence[PublicKey]) -> str:
    """The ids of keys, each with its age if that is known."""
    return ", ".join(f"{key.key_id}{_age(key.made)}" for key in keys)


def _age(made: str) -> str:
    try:
        age = datetime.now(UTC).date() - date.fromisoformat(made)
    except ValueError:
        return ""
    return f" ({age.days} days old{': rotate it, see “Keys” in the runbook' if age > _OLD else ''})"
