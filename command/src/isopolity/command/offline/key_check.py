"""What the doctor says of the network's keys: which there are, how old, and what to set.

Invariant: no secret is shown, not even a part of one; public halves and their ids are no secret.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from isopolity.command.key_files import (
    COMMAND_FILE,
    REGISTRY_FILE,
    given_keys,
    known_command_key,
    known_earlier_keys,
    known_registry_keys,
)
from isopolity.network_keys import COMMAND, REGISTRY, PublicKey, public_key

_SHORTEST: Final = 32


def key_findings(settings: Mapping[str, Any], data: Path) -> Iterator[tuple[str, bool, str]]:
    """A subject, whether it is fine, and what was found or is to be changed, for each kind of key."""
    earlier = known_earlier_keys(data)
    yield from _of_registry(data, upgrading=bool(earlier))
    yield from _of_the_command(settings["notify"].given_keys, data, upgrading=bool(earlier))
    if given_keys("ISOPOLITY_TOKEN_KEYS"):
        detail = (
            "each service that has ISOPOLITY_TOKEN_KEYS can sign any token: set the keys that `isopolity keys make` "
            "prints, deploy, then take it out (runbook, “Keys”)"
        )
        yield "token keys", False, detail
    elif earlier:
        yield "token keys", True, "of the release before; they go by themselves once no token of theirs can live"


def _of_registry(data: Path, *, upgrading: bool) -> Iterator[tuple[str, bool, str]]:
    keys = known_registry_keys(data)
    if keys and min(map(len, keys)) < _SHORTEST:
        yield "registry's keys", False, f"a key is short; use at least {_SHORTEST} random characters"
    elif keys:
        ids = ", ".join(public_key(key, REGISTRY).key_id for key in keys)
        yield "registry's keys", True, f"{ids}{_age(data / REGISTRY_FILE, 'ISOPOLITY_REGISTRY_KEYS')}; the first signs"
    elif upgrading:
        yield "registry's keys", True, "none here; until registry has some it signs with ISOPOLITY_TOKEN_KEYS"
    else:
        yield "registry's keys", True, "none here: registry alone has them (ISOPOLITY_REGISTRY_KEYS)"


def _of_the_command(given: tuple[PublicKey, ...], data: Path, *, upgrading: bool) -> Iterator[tuple[str, bool, str]]:
    subject, secret = "command's key", known_command_key(data)
    if secret is None:
        if upgrading:
            yield subject, True, "none; it signs with ISOPOLITY_TOKEN_KEYS"
            return
        detail = "set ISOPOLITY_COMMAND_KEY, or start `isopolity up`, which makes a key in the data folder"
        yield subject, False, detail
    elif len(secret) < _SHORTEST:
        yield subject, False, f"the key is short; use at least {_SHORTEST} random characters"
    else:
        own = public_key(secret, COMMAND)
        listed = [key for key in given if key.name == COMMAND]
        if listed and own not in listed:
            yield subject, False, f"its public half is not in ISOPOLITY_PUBLIC_KEYS: add {COMMAND}:{own.half}"
        else:
            yield subject, True, f"{own.key_id}{_age(data / COMMAND_FILE, 'ISOPOLITY_COMMAND_KEY')}"


def _age(file: Path, setting: str) -> str:
    """How old a key in the data folder is; of one in the settings nothing is known."""
    if not given_keys(setting):
        with suppress(OSError):
            made = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            return f", made {made:%Y-%m-%d}, {(datetime.now(UTC) - made).days} days ago"
    return ""
