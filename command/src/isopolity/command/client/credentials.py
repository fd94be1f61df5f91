"""Which token a command sends: the one given, or one that it signs itself for five minutes with the network's key."""

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from isopolity.clock import system_clock
from isopolity.command.failure import ExitCode, Failure
from isopolity.command.hosting import data_folder

_SHORTEST: Final = 32


def known_keys(data: Path) -> tuple[str, ...]:
    """The network's token keys: from ISOPOLITY_TOKEN_KEYS, else from the data folder; none if neither has them."""
    given = [key.strip() for key in os.environ.get("ISOPOLITY_TOKEN_KEYS", "").split(",") if key.strip()]
    return tuple(given) or data_folder.keys(data)


def token_for(scopes: Sequence[str], *, token: str | None, data: Path) -> str | None:
    """The token to send; None if there is none to be had, and the server then says what is missing."""
    if token:
        return token
    keys = known_keys(data)
    return sign(keys, "isopolity-command", scopes, lifetime=timedelta(minutes=5)) if keys else None


def sign(
    keys: Sequence[str],
    subject: str,
    scopes: Sequence[str],
    *,
    member: str | None = None,
    lifetime: timedelta,
    longest: timedelta | None = None,
) -> str:
    """A token signed with the first key. Raises Failure if that is too short to be one of a network.

    It fails too where `lifetime` is over `longest`, 30 days by default.
    """
    from isopolity.web.tokens import LONGEST_LIFE, LocalTokens

    if len(keys[0]) < _SHORTEST:
        raise Failure(
            f"The first key is shorter than {_SHORTEST} characters; set ISOPOLITY_TOKEN_KEYS to the network's keys.",
            ExitCode.REFUSED,
        )
    longest = longest or LONGEST_LIFE
    if lifetime > longest:
        raise Failure(
            f"A token lives for {longest.days} days at most; set ISOPOLITY_TOKEN_DAYS, here and for all services, "
            "to allow more.",
            ExitCode.USAGE,
        )
    return LocalTokens(keys, system_clock, longest).issue(subject, scopes, member_id=member, lifetime=lifetime)


def token_id(token: str) -> str:
    """The id of a token that was signed here."""
    import jwt

    return str(jwt.decode(token, options={"verify_signature": False})["jti"])


def longest_life() -> timedelta:
    """The longest life that the services accept: ISOPOLITY_TOKEN_DAYS. Raises Failure for what is no such number."""
    from pydantic import SecretStr, ValidationError

    from isopolity.runtime.process import settings_problem
    from isopolity.settings import Settings

    try:
        return Settings(token_keys=SecretStr("")).longest_token  # what the keys are worth, `sign` says
    except ValidationError as error:
        raise Failure(settings_problem(error), ExitCode.USAGE) from None


def require_keys(data: Path) -> tuple[str, ...]:
    """The keys. Raises Failure, saying where they are looked for, if there are none."""
    keys = known_keys(data)
    if not keys:
        raise Failure(
            f"No key to sign with: set ISOPOLITY_TOKEN_KEYS, or name with --data a folder (not {data}) that "
            "`isopolity up` has used and that you may read.",
            ExitCode.REFUSED,
        )
    return keys
