"""The options that many verbs share, and `Verbs`, which makes commands of functions.

A verb is a function: its parameters are its options, its docstring is its help, and what it returns is printed. Its
parameter `client` stands for --url, --token and --data.
"""

import sys
from collections.abc import Callable, Collection, Sequence
from functools import partial, wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, get_args

import typer

from isopolity.command.client.credentials import token_for
from isopolity.command.client.http_client import Client
from isopolity.command.console import Result
from isopolity.command.data_folder import holder_of
from isopolity.command.failure import ExitCode, Failure
from isopolity.contracts.event_types import SERVICES

Answer = Result | str | None

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
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Member = Annotated[str, typer.Argument(metavar="MEMBER", help="By name or id.")]
Service = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only that of this service: registry, matching or notify.")
]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; the audit keeps it.")]
Country = Annotated[str | None, typer.Option(metavar="CODE", help="ISO code, e.g. FI.")]
Text = Annotated[str | None, typer.Option(help="Words in the name; accents do not matter.")]
Refused = Annotated[
    str, typer.Option("--reason", metavar="CODE", help="duplicate, incomplete, not-authentic, not-eligible or other.")
]
Limit = Annotated[int, typer.Option(min=1, help="How many to list at most.")]
ListLimit = Annotated[
    int | None, typer.Option(min=1, help="How many to list at most.", show_default="50; all in a file")
]
ListFile = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Write the list there: .csv, .xlsx or .json.")
]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

_LISTED = 50
ALL = 10**9
"""A limit beyond every list."""

DEFAULT_URL = "http://127.0.0.1:8000"
DEFAULT_DATA = Path("var")

_CONNECTION = tuple(
    Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
    for name, default, annotation in (("url", None, Url), ("token", None, Token), ("data", DEFAULT_DATA, Data))
)
_JSON = Parameter("as_json", Parameter.KEYWORD_ONLY, default=False, annotation=AsJson)


class Verbs(typer.Typer):
    """The verbs of one subject."""

    def __init__(self) -> None:
        super().__init__(no_args_is_help=True, add_completion=False)

    def verb(
        self, name: str, *scopes: str, about: str | None = None
    ) -> Callable[[Callable[..., Answer]], Callable[..., None]]:
        """Make a command of a function; see `verb`. `about` is its help in place of the docstring."""
        return lambda function: self.command(name, help=about)(verb(*scopes)(function))


def verb(*scopes: str) -> Callable[[Callable[..., Answer]], Callable[..., None]]:
    """Give a function --json if it returns a `Result`, and --url, --token and --data for its `client`.

    A token that the command signs for it has these scopes. A sentence that it returns is printed. Parameters that a
    partial function binds are no options.
    """
    return lambda function: _command(function, scopes)


def connect(url: str | None, token: str | None, data: Path, scopes: Sequence[str]) -> Client:
    """A client of the instance at `url`, or else of the one on `data`; a token that it signs has these scopes."""
    if url is None:
        holder = holder_of(data)
        url = holder.url if holder else DEFAULT_URL
    return Client(url, token_for(scopes, token=token, data=data))


def _command(function: Callable[..., Answer], scopes: Sequence[str]) -> Callable[..., None]:
    wanted, bound = signature(function), function.keywords if isinstance(function, partial) else {}
    is_connected = "client" in wanted.parameters
    own = [
        each.replace(kind=Parameter.KEYWORD_ONLY)
        for each in wanted.parameters.values()
        if each.name != "client" and each.name not in bound
    ]
    is_result = Result in (wanted.return_annotation, *get_args(wanted.return_annotation))

    def connected(*, url: str | None, token: str | None, data: Path, **options: object) -> Answer:
        return function(client=connect(url, token, data, scopes), **options)

    call: Callable[..., Answer] = connected if is_connected else function

    @wraps(function)
    def run(**options: object) -> None:
        as_json = bool(is_result and options.pop("as_json"))
        answer = call(**options)
        if isinstance(answer, Result):
            answer.print(as_json=as_json)
        elif answer is not None:
            typer.echo(answer)

    parameters = [*own, *((_JSON,) if is_result else ()), *(_CONNECTION if is_connected else ())]
    run.__signature__ = Signature(parameters)  # type: ignore[attr-defined] # typer reads the options from it
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def at_most(limit: int | None, file: Path | None) -> int:
    """How many entries a list has: what was asked for, or else 50 on the screen and all in a file."""
    if limit is not None:
        return limit
    return _LISTED if file is None else ALL


def chosen_services(service: str | None) -> tuple[str, ...]:
    """The service that is named, or all three. Raises Failure for a service that does not exist."""
    return SERVICES if service is None else (require_known("service", service, SERVICES),)


def require_known(noun: str, name: str, known: Collection[str]) -> str:
    """The name, if it is one of those that are known. Raises Failure with these otherwise."""
    if name not in known:
        raise Failure(f"There is no {noun} {name}; choose from {', '.join(known)}.", ExitCode.USAGE)
    return name


def require_one(sentence: str, *given: object) -> None:
    """Raise Failure with the sentence unless exactly one of these options is given."""
    if sum(map(bool, given)) != 1:
        raise Failure(sentence, ExitCode.USAGE)


def confirm(question: str, *, yes: bool) -> None:
    """End the command unless the person says yes; `yes` answers beforehand. Raises Failure if nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Failure(f"{question} Nobody can be asked here; pass --yes to agree.", ExitCode.USAGE)
    if not typer.confirm(question, err=True):
        raise typer.Exit(1)
