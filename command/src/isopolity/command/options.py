"""The options that many verbs share, and `Verbs`, which makes commands of functions.

A verb is a function: its parameters are its options, and what it returns is printed. Its docstring is its manual: the
help, and below `Options:` an entry for each parameter that is not one of the shared options, in their order. An entry
reads as on a command line: `--country CODE: ISO code, e.g. FI.`, `--mail/--no-mail: …`, or `MEMBER: …` for an argument.
The parameter `client` stands for --url, --token and --data.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial, wraps
from inspect import Parameter, Signature, cleandoc, signature
from pathlib import Path
from typing import Annotated, NamedTuple, get_args, get_type_hints

import typer
from typer.models import ParameterInfo

from isopolity.command.client.credentials import token_for
from isopolity.command.client.http_client import Client
from isopolity.command.console import Result, View, print_view
from isopolity.command.data_folder import holder_of
from isopolity.command.failure import Misuse, require_known
from isopolity.contracts.event_types import SERVICES

Answer = Result | View | str | None


class Bounds(NamedTuple):
    """The least and the most value of a number."""

    least: float | None = None
    most: float | None = None


def option(
    entry: str,
    bounds: Bounds = Bounds(),  # noqa: B008 - it is never changed
    *,
    envvar: str | None = None,
    show_default: bool | str = True,
    formats: list[str] | None = None,
) -> object:
    """The option or argument that an entry of a manual describes."""
    head, _, words = entry.partition(": ")
    names, _, metavar = head.partition(" ")
    kind = partial(typer.Option, names, metavar=metavar or None, envvar=envvar, show_envvar=False)
    if not names.startswith("--"):
        kind = partial(typer.Argument, metavar=names)
    return kind(help=words or None, min=bounds.least, max=bounds.most, show_default=show_default, formats=formats)


Positive = Annotated[int, Bounds(1)]
Natural = Annotated[int, Bounds(0)]
Seed = Annotated[int, Bounds(0, 2**31 - 1)]

_ADDRESS = "Where Isopolity answers: that of the instance on the data folder, else http://127.0.0.1:8000."
_BEARER = "A bearer token. Without it the command signs its own, if it can read the network's key."
_FOLDER = "The data folder: databases, log, mail box, key."
_LIMIT = "--limit: How many to list at most."
Url = Annotated[str | None, option(f"--url ADDRESS: {_ADDRESS}", envvar="ISOPOLITY_URL")]
Token = Annotated[str | None, option(f"--token JWT: {_BEARER}", envvar="ISOPOLITY_TOKEN")]
Data = Annotated[Path, option(f"--data FOLDER: {_FOLDER}", envvar="ISOPOLITY_DATA")]
Yes = Annotated[bool, option("--yes: Do not ask.")]
Member = Annotated[str, option("MEMBER: By name or id.")]
Service = Annotated[str | None, option("--service NAME: Only that of this service: registry, matching or notify.")]
Why = Annotated[str, option("--reason TEXT: Why; the audit keeps it.")]
Country = Annotated[str | None, option("--country CODE: ISO code, e.g. FI.")]
Text = Annotated[str | None, option("--text: Words in the name; accents do not matter.")]
Refused = Annotated[str, option("--reason CODE: duplicate, incomplete, not-authentic, not-eligible or other.")]
Limit = Annotated[int, option(_LIMIT, Bounds(1))]
ListLimit = Annotated[int | None, option(_LIMIT, Bounds(1), show_default="50; all in a file")]
ListFile = Annotated[Path | None, option("--output FILE: Write the list there: .csv, .xlsx or .json.")]
AsJson = Annotated[bool, option("--json: Print JSON for programs.")]

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
    wanted, documented = signature(function), getattr(function, "func", function)
    text, _, entries = cleandoc(documented.__doc__ or "").partition("Options:\n")
    own = _options(wanted, get_type_hints(documented), re.sub(r"\n {8,}", " ", entries).splitlines())
    is_result = Result in (wanted.return_annotation, *get_args(wanted.return_annotation))
    is_connected = "client" in wanted.parameters

    def connected(*, url: str | None, token: str | None, data: Path, **options: object) -> Answer:
        return function(client=connect(url, token, data, scopes), **options)

    call: Callable[..., Answer] = connected if is_connected else function

    @wraps(function)
    def run(**options: object) -> None:
        as_json = bool(is_result and options.pop("as_json"))
        answer = call(**options)
        if isinstance(answer, Result):
            answer.print(as_json=as_json)
        elif isinstance(answer, str):
            typer.echo(answer)
        else:
            print_view(answer or ())

    bound = getattr(function, "keywords", {})
    parameters = [each for each in own if each.name not in bound]
    parameters += [*((_JSON,) if is_result else ()), *(_CONNECTION if is_connected else ())]
    run.__doc__ = text
    run.__signature__ = Signature(parameters)  # type: ignore[attr-defined] # typer reads the options from it
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _options(wanted: Signature, types: Mapping[str, object], entries: Sequence[str]) -> Sequence[Parameter]:
    """The parameters as options; those that are no shared options are described by the entries of the manual."""
    found = {each.name: each.annotation for each in wanted.parameters.values() if each.name != "client"}
    marks = {name: [*_marks(annotation)] for name, annotation in found.items()}
    own = [name for name in found if not any(isinstance(mark, ParameterInfo) for mark in marks[name])]
    for name, entry in zip(own, entries, strict=True):
        bounds = next((mark for mark in marks[name] if isinstance(mark, Bounds)), Bounds())
        found[name] = Annotated[types[name], option(entry.strip(), bounds)]
    replaced = partial(Parameter.replace, kind=Parameter.KEYWORD_ONLY)
    return [replaced(wanted.parameters[name], annotation=annotation) for name, annotation in found.items()]


def _marks(annotation: object) -> Iterator[object]:
    """The marks beside the type in an annotation, or in a part of a union."""
    for part in (annotation, *get_args(annotation)):
        yield from getattr(part, "__metadata__", ())


def at_most(limit: int | None, file: Path | None) -> int:
    """How many entries a list has: what was asked for, or else 50 on the screen and all in a file."""
    if limit is not None:
        return limit
    return _LISTED if file is None else ALL


def chosen_services(service: str | None) -> tuple[str, ...]:
    """The service that is named, or all three. Raises Failure for a service that does not exist."""
    return SERVICES if service is None else (require_known("service", service, SERVICES),)


def require_one(sentence: str, *given: object) -> None:
    """Raise Failure with the sentence unless exactly one of these options is given."""
    if sum(map(bool, given)) != 1:
        raise Misuse(sentence)


def confirm(question: str, *, yes: bool) -> None:
    """End the command unless the person says yes; `yes` answers beforehand. Raises Failure if nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Misuse(f"{question} Nobody can be asked here; pass --yes to agree.")
    if not typer.confirm(question, err=True):
        raise typer.Exit(1)
