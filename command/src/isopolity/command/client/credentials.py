"""The token that a command sends: the one given, or one that it signs for five minutes with the network's key."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from isopolity.clock import system_clock
from isopolity.command.client.actor import own_subject
from isopolity.command.failure import ExitCode, Failure
from isopolity.command.key_files import known_token_keys

_SHORTEST: Final = 32


def token_for(scopes: Sequence[str], *, token: str | None, data: Path) -> str | None:
    """The token to send; None where none is given and no key is known: the server then says what is missing.

    One that the command signs names who runs it.
    """
    if token:
        return token
    keys = known_token_keys(data)
    return sign(keys, own_subject(), scopes, lifetime=timedelta(minutes=5)) if keys else None


def sign(
    keys: Sequence[str],
    subject: str,
    scopes: Sequence[str],
    *,
    member: str | None = None,
    lifetime: timedelta,
    longest: timedelta | None = None,
) -> str:
    """A token signed with the first key. Raises Failure if that is short, or `lifetime` over `longest` (30 days)."""
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
    """The id of a token that this command signed."""
    import jwt

    return str(jwt.decode(token, options={"verify_signature": False})["jti"])


def longest_life() -> timedelta:
    """The longest life that the services accept: ISOPOLITY_TOKEN_DAYS. Raises Failure if that is no number."""
    from pydantic import SecretStr, ValidationError

    from isopolity.runtime.process import settings_problem
    from isopolity.settings import Settings

    try:
        return Settings(token_keys=SecretStr("")).longest_token  # without keys: `sign` checks those
    except ValidationError as error:
        raise Failure(settings_problem(error), ExitCode.USAGE) from None


def require_keys(data: Path) -> tuple[str, ...]:
    """The network's token keys. Raises Failure if there are none."""
    keys = known_token_keys(data)
    if not keys:
        raise Failure(
            f"No key to sign with: set ISOPOLITY_TOKEN_KEYS, or name with --data a folder (not {data}) that "
            "`isopolity up` has used and that you may read.",
            ExitCode.REFUSED,
        )
    return keys
