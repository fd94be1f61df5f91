"""Documents of the services: rendered, read from `field=value` on a command line, and saved as lists.

Invariant: a number that could be read in two ways is refused, with both. Times in files are in UTC, as a workbook knows
no time zones.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from isopolity.client.matching.models import MemberView, PartnershipView, ProposalView, SideView
from isopolity.client.model import Model
from isopolity.client.notify.models import MailOut
from isopolity.client.registry.models import CityEntry, Need, Offer, PartnerEntry
from isopolity.command import console
from isopolity.command.atomic_file import atomic_file
from isopolity.command.console import Aside, Columns, Item, Result, Row, View, cell, columns, fields_of, listed, table
from isopolity.command.failure import Misuse
from isopolity.contracts.codes import MODES, REGIONS, SUBJECTS
from isopolity.contracts.countries import country_name
from isopolity.tables.text_files import Value, write_csv


def render_document(document: Model | Mapping[str, object]) -> View:
    """A table with a line for each field of `document`; items of a list stand below each other."""
    yield table("field, value", _lines(fields_of(document) if isinstance(document, Model) else document))


def _lines(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        parts = value if isinstance(value, Mapping) else {}
        yield name.replace("_", " "), "" if parts else value_text(value, between="\n")
        for part, inner in parts.items():
            yield f"  {part.replace('_', ' ')}", value_text(inner, between="\n")


def value_text(value: object, *, between: str = "; ") -> str:
    """A value of a document as a text: the parts of an object with their names; `between` the items of a list."""
    if isinstance(value, Mapping):
        parts = ((name, part) for name, part in value.items() if part not in (None, [], {}))
        return ", ".join(f"{name}: {value_text(part)}" for name, part in parts)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return between.join(value_text(part) for part in value) or cell(None)
    return cell(value)


_JSON: Final = re.compile(r"-?\d+(\.\d+)?|true|false|null|[\[{\"].*", re.DOTALL)
_GROUPED: Final = re.compile(r"-?\d{1,3}([.,]\d{3})+")


def fields_in(written: Sequence[str]) -> dict[str, object]:
    """The fields in `field=value …`; an empty value, or null, takes the field's default. Raises Failure."""
    fields: dict[str, object] = {}
    for each in written:
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            raise Misuse(f"Write what to change as FIELD=VALUE, not “{each}”.")
        fields[name.strip().replace("-", "_")] = _value(name.strip(), value.strip())
    return fields


def _value(name: str, text: str) -> object:
    if _GROUPED.fullmatch(text):
        raise Misuse(f"{name}: {text} can be read in two ways; write {' or '.join(_readings(text))}.")
    if not text:
        return None
    if not _JSON.fullmatch(text):
        return text
    try:
        value: object = json.loads(text)
    except ValueError:
        problem = f"{name}: write a list or an object as JSON, as `show --json` prints it."
        raise Misuse(problem) from None
    return value


def _readings(text: str) -> Iterator[str]:
    """The possible meanings of a number with groups of three digits, each written so that it can mean nothing else."""
    yield re.sub(r"[.,]", "", text)
    whole, *groups = re.split(r"[.,]", text)
    if len(groups) == 1:
        fraction = groups[0].rstrip("0") or "0"
        yield f"{whole}.{fraction}{'0' if len(fraction) == 3 else ''}"


def render_changes(known: Model, changed: Model) -> View:
    """Each field that differs, with both values."""
    before, after = fields_of(known), fields_of(changed)
    rows = [
        (name, *(value_text(one.get(name), between="\n") or cell(None) for one in (before, after)))
        for name in after
        if name != "version" and before.get(name) != after[name]
    ]
    yield table("field, before, now", rows) if rows else "Nothing was changed: it was so already."


def _utc(at: datetime | None) -> Value:
    """A time in UTC, to the second."""
    return None if at is None else at.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _listed(values: Iterable[str], between: str = ", ") -> Value:
    return between.join(values) or None


def _interests(found: Sequence[Need] | Sequence[Offer]) -> Value:
    """Needs or offers in words: “quality education (webinar, 3)”; without a rating that the city does not show."""
    return _listed(map(_interest, found), "\n")


def _interest(one: Need | Offer) -> str:
    subject, mode = SUBJECTS.get(one.subject, one.subject), MODES.get(one.mode, one.mode)
    until = f", until {one.valid_until}" if one.valid_until else ""
    rating = f", {one.intensity}" if one.intensity else ""
    return f"{subject} ({mode}{rating}{until})"


def _side(side: SideView | MemberView) -> Sequence[Value]:
    return side.name, country_name(side.country), side.programme_name


def _reasons(side: SideView) -> Value:
    return _listed((reason.text for reason in side.reasons), "\n")


@columns(
    "name, kind, country, region, status, population, languages, needs, offers, capacity, sponsorship_capacity, "
    "paused_until, web, geonames_id, id"
)
def columns_of_cities(each: CityEntry) -> Row:
    """A city with its needs and offers in words."""
    region, paused = REGIONS.get(each.region, each.region), each.paused_until and each.paused_until.isoformat()
    about = each.name, each.kind, country_name(each.country), region, each.status, each.population
    work = _listed(each.languages), _interests(each.needs), _interests(each.offers), each.capacity
    return *about, *work, each.sponsorship_capacity, paused, each.web, each.geonames_id, each.city_id


@columns("name, kind, country, status, programmes, languages, web, registration_id, id")
def columns_of_partners(each: PartnerEntry) -> Row:
    """A partner with the names of its programmes."""
    programmes = _listed((programme.name for programme in each.programmes), "\n")
    about = each.name, each.kind, country_name(each.home_country), each.status
    return *about, programmes, _listed(each.languages), each.web, each.registration_id, each.partner_id


@columns(
    "kind, stage, a, a country, a programme, a answer, b, b country, b programme, b answer, request, answer by (UTC), "
    "issued (UTC), settled (UTC), score, a is told, b is told, round, id"
)
def columns_of_proposals(each: ProposalView) -> Row:
    """A proposal with the reasons that each side reads."""
    sides = (value for side in each.sides for value in (*_side(side), side.answer))
    request = next((side.request_title for side in each.sides if side.request_title), None)
    times, reasons = map(_utc, (each.answer_by, each.issued_at, each.settled_at)), map(_reasons, each.sides)
    return each.kind, each.stage, *sides, request, *times, each.score, *reasons, each.round_id, each.proposal_id


@columns("kind, stage, a, a country, a programme, b, b country, b programme, since (UTC), ended (UTC), reason, id")
def columns_of_partnerships(each: PartnershipView) -> Row:
    """A partnership with both members."""
    members = (value for member in each.members for value in _side(member))
    times = _utc(each.established_at), _utc(each.ended_at)
    return each.kind, each.stage, *members, *times, each.ended_reason, each.partnership_id


@columns("to, about, purpose, state, reason, answer by (UTC), written (UTC), since (UTC), attempts, proposal, side, id")
def columns_of_mails(each: MailOut) -> Row:
    """A mail with the names of its member and of the other side."""
    times = map(_utc, (each.answer_by, each.created_at, each.updated_at))
    about = each.member, each.other, each.purpose, each.state, each.reason
    return *about, *times, each.attempts, each.proposal_id, each.side, each.mail_id


_WIDTH: Final = 24


def form_of(file: Path) -> str:
    """The form that the name of `file` says: `csv`, `xlsx` or `json`. Raises Misuse for another one."""
    form = file.suffix.lower().removeprefix(".")
    if form not in ("csv", "xlsx", "json"):
        raise Misuse(f"{file} is not a table. Name a file that ends with .csv, .xlsx or .json.")
    return form


def listed_or_saved(
    found: Iterable[Item], file: Path | None, screen: Columns[Item], in_file: Columns[Item]
) -> Result | View:
    """A list for the screen, or written into `file` where one is given. Raises Failure."""
    return listed(found, screen) if file is None else save_list(file, found, in_file)


def save_list(file: Path, entries: Iterable[Item], layout: Columns[Item]) -> View:
    """Write a list into `file`, a row for each entry; JSON holds the documents whole. Raises Failure."""
    form, found = form_of(file), list(entries)
    headings, rows = layout.headings.split(", "), [list(layout.cells(each)) for each in found]
    with atomic_file(file) as part, part.open("wb") as written:
        if form == "json":
            written.write(f"{console.json_text(found)}\n".encode())
        elif form == "csv":
            write_csv(written, headings, rows)
        else:
            from isopolity.tables.workbooks import Sheet, write_workbook  # openpyxl is slow to import

            write_workbook(written, Sheet(name="list", heading=headings, rows=rows, widths=[_WIDTH] * len(headings)))
    return [Aside(f"Written to {file}: {console.counted(len(found), 'row')}.")]
