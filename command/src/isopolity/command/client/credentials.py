"""The token that a command sends: the one given, or one that it signs for five minutes with the command's own key.

The subject of a token that it signs names the user of the command, for the audit.
"""

import os
import re
from collections.abc import Sequence
from datetime import timedelta
from getpass import getuser
from pathlib import Path
from socket import gethostname
from typing import TYPE_CHECKING, Final

from isopolity.command.data_folder import known_command_key, known_earlier_keys
from isopolity.command.failure import ExitCode, Failure, Misuse
from isopolity.identity.actors import BY_COMMAND
from isopolity.machine.clock import system_clock

if TYPE_CHECKING:
    from isopolity.web.tokens import TokenIssuer

_SHORTEST: Final = 32


def token_for(scopes: Sequence[str], *, token: str | None, data: Path) -> str | None:
    """The token to send; None without a given token and a key to sign one: the server then says what is missing.

    One that the command signs names who runs it.
    """
    if token:
        return token
    issuer = _issuer(data, None)
    return None if issuer is None else issuer.issue(own_subject(), scopes, lifetime=timedelta(minutes=5))


def sign(data: Path, subject: str, scopes: Sequence[str], *, member: str | None, lifetime: timedelta) -> str:
    """A token signed with the command's key. Raises Failure without a key, or where services accept no such life."""
    if lifetime > (longest := longest_life()):
        more = "set ISOPOLITY_TOKEN_DAYS, here and for all services, to allow more"
        raise Misuse(f"A token lives for {longest.days} days at most; {more}.")
    issuer = _issuer(data, longest)
    if issuer is None:
        folder = f"a folder (not {data}) that `isopolity up` has used and that you may read"
        sentence = f"No key to sign with: set ISOPOLITY_COMMAND_KEY, or name with --data {folder}."
        raise Failure(sentence, ExitCode.REFUSED)
    return issuer.issue(subject, scopes, member_id=member, lifetime=lifetime)


def _issuer(data: Path, longest: timedelta | None) -> "TokenIssuer | None":
    """Signs with the command's own key, else as the release before did; None without a key. Raises Failure."""
    from isopolity.web.issuer_tokens import SharedSecretTokens
    from isopolity.web.network_tokens import LocalTokens
    from isopolity.web.tokens import LONGEST_LIFE

    own = known_command_key(data)
    keys = (own,) if own else known_earlier_keys(data)
    if not keys:
        return None
    if len(keys[0]) < _SHORTEST:
        setting = "COMMAND_KEY" if own else "TOKEN_KEYS"
        sentence = f"The first key is shorter than {_SHORTEST} characters; set ISOPOLITY_{setting} to the network's."
        raise Failure(sentence, ExitCode.REFUSED)
    kind = LocalTokens if own else SharedSecretTokens
    return kind(keys, system_clock, longest or LONGEST_LIFE)


def token_id(token: str) -> str:
    """The id of a token that this command signed."""
    import jwt

    return str(jwt.decode(token, options={"verify_signature": False})["jti"])


def longest_life() -> timedelta:
    """The longest life that the services accept: ISOPOLITY_TOKEN_DAYS. Raises Failure if that is no number."""
    from pydantic import SecretStr, ValidationError

    from isopolity.configuration.settings import Settings
    from isopolity.runtime.process import settings_problem

    try:
        return Settings(token_keys=SecretStr("")).longest_token  # without keys: `sign` checks those
    except ValidationError as error:
        raise Misuse(settings_problem(error)) from None


_SETTING: Final = "ISOPOLITY_ACTOR"
_NAME: Final = re.compile(r"[\w.@:+-]{1,100}")


def own_subject() -> str:
    """`command:` with ISOPOLITY_ACTOR, or else with the user and the machine, as `command:mia@server`.

    ISOPOLITY_ACTOR may be the id of a person of `isopolity people`; pages then show the person's name. Raises Failure.
    """
    actor = os.environ.get(_SETTING)
    if actor and not _NAME.fullmatch(actor):
        raise Misuse(f"{_SETTING} names the user of the command; set it to up to 100 letters, digits and . @ : + - _.")
    return f"{BY_COMMAND}{actor or _user_and_machine()}"


def _user_and_machine() -> str:
    try:
        user = os.environ.get("SUDO_USER") or getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        user = f"uid-{os.getuid()}" if hasattr(os, "getuid") else "unknown"
    return re.sub(r"[^\w.@:+-]", "_", f"{user}@{gethostname()}")[:100]
