"""The options that many commands share, and the client that is made from them."""

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isopolity.contracts.event_types import SERVICES

if TYPE_CHECKING:
    from isopolity.command.client.http_client import Client as Client
else:
    Client = object  # the help texts load no HTTP client

Url = Annotated[
    str | None,
    typer.Option(
        envvar="ISOPOLITY_URL",
        help="Where Isopolity answers: that of the instance on the data folder, else http://127.0.0.1:8000.",
        metavar="ADDRESS",
        show_envvar=False,
    ),
]
Token = Annotated[
    str | None,
    typer.Option(
        envvar="ISOPOLITY_TOKEN",
        show_envvar=False,
        metavar="JWT",
        help="A bearer token. Without it the command signs its own, if it can read the network's key.",
    ),
]
Data = Annotated[
    Path,
    typer.Option(
        envvar="ISOPOLITY_DATA",
        show_envvar=False,
        metavar="FOLDER",
        help="The data folder: databases, log, mail box, key.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Limit = Annotated[int, typer.Option(min=1, help="How many to list at most.")]
ListLimit = Annotated[
    int | None, typer.Option(min=1, help="How many to list at most.", show_default="50; all in a file")
]
ListFile = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Write the list there: .csv, .xlsx or .json.")
]

_LISTED = 50
ALL = 10**9
"""A limit beyond every list."""

DEFAULT_URL = "http://127.0.0.1:8000"
DEFAULT_DATA = Path("var")


_CONNECTION = tuple(
    Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
    for name, default, annotation in (("url", None, Url), ("token", None, Token), ("data", DEFAULT_DATA, Data))
)


def connect(url: str | None, token: str | None, data: Path, scopes: Sequence[str]) -> Client:
    """A client of the instance at `url`, or else of the one on `data`; a token that it signs has these scopes."""
    from isopolity.command.client.credentials import token_for
    from isopolity.command.client.http_client import Client
    from isopolity.command.data_folder import holder_of

    if url is None:
        holder = holder_of(data)
        url = holder.url if holder else DEFAULT_URL
    return Client(url, token_for(scopes, token=token, data=data))


def connected(*scopes: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command --url, --token and --data in place of its parameter `client`, made with these scopes."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(*, url: str | None, token: str | None, data: Path, **options: object) -> None:
            command(client=connect(url, token, data, scopes), **options)

        own = [each for each in signature(command).parameters.values() if each.name != "client"]
        parameters = [*(each.replace(kind=Parameter.KEYWORD_ONLY) for each in own), *_CONNECTION]
        run.__signature__ = Signature(parameters)  # type: ignore[attr-defined] # typer reads the options from it
        run.__annotations__ = {each.name: each.annotation for each in parameters}
        return run

    return decorate


def at_most(limit: int | None, file: Path | None) -> int:
    """How many entries a list has: what was asked for, or else 50 on the screen and all in a file."""
    if limit is not None:
        return limit
    return _LISTED if file is None else ALL


def chosen_services(service: str | None) -> tuple[str, ...]:
    """The service that is named, or all three. Raises Failure for a service that does not exist."""
    from isopolity.command.failure import ExitCode, Failure

    if service is not None and service not in SERVICES:
        raise Failure(f"There is no service {service}; choose from {', '.join(SERVICES)}.", ExitCode.USAGE)
    return (service,) if service else SERVICES
