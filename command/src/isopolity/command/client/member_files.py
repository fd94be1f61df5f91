"""Files of members: sent to registry's import, with its report; and registry's exports, saved."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError

from isopolity.client.call import Call
from isopolity.client.registry import exports, imports
from isopolity.client.registry.models import ImportResult, ProblemDetails, ProblemLine
from isopolity.command.atomic_file import atomic_file
from isopolity.command.client.documents import form_of
from isopolity.command.client.http_client import Client
from isopolity.command.console import Aside, Progress, View, table
from isopolity.command.failure import ExitCode, Failure

_LINES: Final = "application/x-ndjson"
_LISTED: Final = 50
_SPANS: Final = 5
"""The most lines that are printed for one mistake."""
_PARAMETER: Final = re.compile(r" (?=(?:decimal|dates)=[a-z])")
"""Matches parameters of the HTTP interface in sentences, which are options here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The kind of rows to import, and the options."""

    kind: str
    dry_run: bool = False
    skip_invalid: bool = False
    endorse: bool = False
    decimal: str | None = None
    """How numbers are written, if the file does not show it: `point` or `comma`."""
    dates: str | None = None
    """How dates are written, if the file does not show it: `day-first` or `month-first`."""

    @property
    def call(self) -> Call[ImportResult]:
        """The request with these options, without the file."""
        options = {name: value or None for name, value in asdict(self).items() if name != "kind"}
        return imports.create(kind=self.kind, **options)


class _Share(BaseModel):
    """How many rows are read, and which share of the file that is."""

    rows: int
    share: float


class _Line(BaseModel):
    """A line of the answer: one of the three."""

    progress: _Share | None = None
    result: ImportResult | None = None
    error: ProblemDetails | None = None


def import_file(client: Client, order: Order, file: Path, progress: Progress) -> ImportResult:
    """Import `file` and return the report. Raises Failure if the file as a whole cannot be taken."""
    progress.step(f"Importing {order.kind}")
    with file.open("rb") as content, client.receive(order.call, accept=_LINES, file=content) as response:
        for line in response.iter_lines():
            try:
                answer = _Line.model_validate_json(line)
            except ValidationError:
                mismatch = "registry sent an answer of another release; upgrade the older of the two."
                raise Failure(mismatch, ExitCode.UNREACHABLE) from None
            if answer.result is not None:
                return answer.result
            if answer.error is not None:
                raise Failure(f"{file}: {_PARAMETER.sub(' --', answer.error.detail)}")
            if (done := answer.progress) is not None:
                progress.done(done.rows, round(done.rows / done.share) if done.share else None)
    raise Failure("The import stopped and nothing was kept. Send the file again.", ExitCode.UNREACHABLE)


def render_report(report: ImportResult, order: Order) -> View:
    """A table of the mistakes in rows, and a sentence on the imported rows."""
    yield from map(Aside, (*report.read_as, *report.alike))
    if mistakes := _alike(report.problems):
        rows = [(_spans(lines), column, detail) for (column, detail), lines in mistakes[:_LISTED]]
        yield table("lines, column, what to change", rows)
        if len(mistakes) > _LISTED:
            yield f"and {len(mistakes) - _LISTED} more."
    if report.emptied:
        take = "would delete" if order.dry_run else "delete"
        first = "; ".join(report.emptied_first)
        yield Aside(f"Empty cells {take} stored values: {report.emptied} in all, first {first}.")
    if not report.accepted:
        sentence = f"Nothing was imported. Rows to correct: {report.invalid} of {report.rows}."
        yield Aside(f"{sentence} Correct them, or pass --skip-invalid to skip them.")
        return
    would, are_asked = ("would be ", "would be asked") if order.dry_run else ("", "asked")
    summary = f"{report.created} created, {report.revised} revised, {report.unchanged} unchanged"
    yield f"{'1 row' if report.rows == 1 else f'{report.rows} rows'}: {would}{summary}."
    if asked := report.to_confirm:
        yield Aside(f"People {are_asked} by mail to confirm their address: {asked}.")
    if report.not_endorsed:
        yield Aside(_not_endorsed(report.not_endorsed, order))


def _alike(problems: Sequence[ProblemLine]) -> list[tuple[tuple[str | None, str], list[int]]]:
    """Each sentence with its column and lines, that of fewest lines first: a mistake of every line hides no other."""
    lines: dict[tuple[str | None, str], list[int]] = {}
    for problem in problems:
        lines.setdefault((problem.column, problem.detail), []).append(problem.line)
    return sorted(lines.items(), key=lambda each: len(each[1]))


def _spans(lines: Sequence[int]) -> str:
    """Line numbers in ascending order as people write them: 2 to 6, 9."""
    runs = groupby(enumerate(lines), key=lambda each: each[1] - each[0])
    spans = [[line for _, line in run] for _, run in runs]
    written = [str(span[0]) if len(span) == 1 else f"{span[0]} to {span[-1]}" for span in spans[:_SPANS]]
    return ", ".join(written) + (" …" if len(spans) > _SPANS else "")


def _not_endorsed(members: int, order: Order) -> str:
    """The sentences on members that rounds leave out as long as they are not endorsed."""
    one_by_one = "admit each with `isopolity members endorse`, or all by importing the file again with --endorse"
    how = "pass --endorse to admit them" if order.dry_run else one_by_one
    return f"Not admitted yet: {members}. They take no part in rounds; {how}."


def export_file(client: Client, kind: str, file: Path) -> None:
    """Write all of `kind` into `file`, whose name says the form. Raises Failure for one that is none."""
    form = form_of(file)
    with (
        atomic_file(file) as part,
        part.open("wb") as written,
        client.receive(exports.read(kind, form=form), patient=True) as answer,
    ):
        for block in answer.iter_bytes():
            written.write(block)
