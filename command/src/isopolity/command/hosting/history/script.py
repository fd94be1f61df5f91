"""The script of the demo's history: a TOML file beside the demo's members, in days before the start.

Invariant: it names members by their names in the demo's files, and no date.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from isopolity.command.failure import Failure

NAME: Final = "history.toml"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Joining(_Part):
    """Members that join on one day: each `every`-th of the demo's cities, from number `first` on, and so partners."""

    days: float
    every: int
    partners_every: int
    first: int = 0


class PastRound(_Part):
    """A round that was held. It is still open if its time to answer ends after the start."""

    days: float


class Ends(_Part):
    """Ends of partnerships: each `every`-th of those that stand on that day, for one of the reasons in turn."""

    days: float
    every: int
    reasons: Sequence[str]


class Application(_Part):
    """An application of a city, whose address is confirmed at once."""

    days: float
    city: Mapping[str, Any]


class Wish(_Part):
    """A change of a member's profile that waits for the office, and the member that asks for it."""

    days: float
    member: str
    values: Mapping[str, Any]


class NewProgramme(_Part):
    """A programme that a partner adds; with `refused` the office has answered so, else it waits."""

    days: float
    partner: str
    programme: Mapping[str, Any]
    values: Mapping[str, Any] = {}
    """Other fields that it changes at the same time."""
    refused: str = ""


class Listed(_Part):
    """A city on the shortlist of a partner, with a note."""

    days: float
    partner: str
    city: str
    note: str


class Script(_Part):
    """All of it."""

    joining: Sequence[Joining]
    rounds: Sequence[PastRound]
    ends: Sequence[Ends] = ()
    reasons: Sequence[str] = ()
    """Words that come with a “no” in the last round, one each."""
    applications: Sequence[Application] = ()
    changes: Sequence[Wish] = ()
    programmes: Sequence[NewProgramme] = ()
    shortlist: Sequence[Listed] = ()


def read_script(file: Path) -> Script:
    """The script in `file`. Raises Failure for one that cannot be used."""
    try:
        return Script.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise Failure(f"The history in {file} cannot be read: {error}.") from None
