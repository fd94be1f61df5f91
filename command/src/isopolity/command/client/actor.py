"""The user of the command: the subject of the tokens that it signs for itself, by which the audit names its acts."""

import os
import re
from getpass import getuser
from socket import gethostname
from typing import Final

from isopolity.act import BY_COMMAND
from isopolity.command.failure import ExitCode, Failure

_SETTING: Final = "ISOPOLITY_ACTOR"
_NAME: Final = re.compile(r"[\w.@:+-]{1,100}")


def own_subject() -> str:
    """`command:` with ISOPOLITY_ACTOR, or else with the user and the machine, as `command:mia@server`.

    ISOPOLITY_ACTOR may be the id of a person of `isopolity people`; pages then show the person's name. Raises Failure.
    """
    actor = os.environ.get(_SETTING)
    if actor and not _NAME.fullmatch(actor):
        raise Failure(
            f"{_SETTING} names the user of the command; set it to up to 100 letters, digits and . @ : + - _.",
            ExitCode.USAGE,
        )
    return f"{BY_COMMAND}{actor or _user_and_machine()}"


def _user_and_machine() -> str:
    try:
        user = os.environ.get("SUDO_USER") or getuser()
    except (KeyError, OSError):  # a user that has no name, as in some containers
        user = f"uid-{os.getuid()}" if hasattr(os, "getuid") else "unknown"
    return re.sub(r"[^\w.@:+-]", "_", f"{user}@{gethostname()}")[:100]
