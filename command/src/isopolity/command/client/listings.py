"""Lists as files, CSV, XLSX or JSON: for each kind of entry the columns that a person wants, names before ids.

Times are in UTC, as a workbook knows no time zones.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from isopolity.client.matching.models import PartnershipView, ProposalView, Reason
from isopolity.client.notify.models import MailOut
from isopolity.client.registry.models import CityEntry, Need, Offer, PartnerEntry
from isopolity.command.atomic_file import atomic_file
from isopolity.command.console import counted, messages, plain
from isopolity.command.failure import Misuse
from isopolity.contracts.codes import MODES, REGIONS, SUBJECTS
from isopolity.contracts.countries import country_name
from isopolity.tables.text_files import Value, write_csv

Item = TypeVar("Item")
Column = Callable[[Item], Value]
Columns = Mapping[str, Column[Item]]


def _utc(at: datetime | None) -> Value:
    """A time in UTC, to the second."""
    return None if at is None else at.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _listed(values: Sequence[str]) -> Value:
    return ", ".join(values) or None


def _country(code: str) -> Value:
    return country_name(code)


def _interests(found: Sequence[Need] | Sequence[Offer]) -> Value:
    """Needs or offers in words: “quality education (webinar, 3)”."""
    return "\n".join(map(_interest, found)) or None


def _interest(one: Need | Offer) -> str:
    subject, mode = SUBJECTS.get(one.subject, one.subject), MODES.get(one.mode, one.mode)
    until = f", until {one.valid_until}" if one.valid_until else ""
    return f"{subject} ({mode}, {one.intensity}{until})"


def _reasons(reasons: Sequence[Reason]) -> Value:
    return "\n".join(reason.text for reason in reasons) or None


CITIES: Final[Columns[CityEntry]] = {
    "name": lambda city: city.name,
    "kind": lambda city: city.kind,
    "country": lambda city: _country(city.country),
    "region": lambda city: REGIONS.get(city.region, city.region),
    "status": lambda city: city.status,
    "population": lambda city: city.population,
    "languages": lambda city: _listed(city.languages),
    "needs": lambda city: _interests(city.needs),
    "offers": lambda city: _interests(city.offers),
    "capacity": lambda city: city.capacity,
    "sponsorship_capacity": lambda city: city.sponsorship_capacity,
    "paused_until": lambda city: None if city.paused_until is None else city.paused_until.isoformat(),
    "web": lambda city: city.web,
    "geonames_id": lambda city: city.geonames_id,
    "id": lambda city: city.city_id,
}
PARTNERS: Final[Columns[PartnerEntry]] = {
    "name": lambda partner: partner.name,
    "kind": lambda partner: partner.kind,
    "country": lambda partner: _country(partner.home_country),
    "status": lambda partner: partner.status,
    "programmes": lambda partner: "\n".join(each.name for each in partner.programmes) or None,
    "languages": lambda partner: _listed(partner.languages),
    "web": lambda partner: partner.web,
    "registration_id": lambda partner: partner.registration_id,
    "id": lambda partner: partner.partner_id,
}
PROPOSALS: Final[Columns[ProposalView]] = {
    "kind": lambda proposal: proposal.kind,
    "stage": lambda proposal: proposal.stage,
    "a": lambda proposal: proposal.sides[0].name,
    "a country": lambda proposal: _country(proposal.sides[0].country),
    "a programme": lambda proposal: proposal.sides[0].programme_name,
    "a answer": lambda proposal: proposal.sides[0].answer,
    "b": lambda proposal: proposal.sides[1].name,
    "b country": lambda proposal: _country(proposal.sides[1].country),
    "b programme": lambda proposal: proposal.sides[1].programme_name,
    "b answer": lambda proposal: proposal.sides[1].answer,
    "request": lambda proposal: next((side.request_title for side in proposal.sides if side.request_title), None),
    "answer by (UTC)": lambda proposal: _utc(proposal.answer_by),
    "issued (UTC)": lambda proposal: _utc(proposal.issued_at),
    "settled (UTC)": lambda proposal: _utc(proposal.settled_at),
    "score": lambda proposal: proposal.score,
    "a is told": lambda proposal: _reasons(proposal.sides[0].reasons),
    "b is told": lambda proposal: _reasons(proposal.sides[1].reasons),
    "round": lambda proposal: proposal.round_id,
    "id": lambda proposal: proposal.proposal_id,
}
PARTNERSHIPS: Final[Columns[PartnershipView]] = {
    "kind": lambda partnership: partnership.kind,
    "stage": lambda partnership: partnership.stage,
    "a": lambda partnership: partnership.members[0].name,
    "a country": lambda partnership: _country(partnership.members[0].country),
    "a programme": lambda partnership: partnership.members[0].programme_name,
    "b": lambda partnership: partnership.members[1].name,
    "b country": lambda partnership: _country(partnership.members[1].country),
    "b programme": lambda partnership: partnership.members[1].programme_name,
    "since (UTC)": lambda partnership: _utc(partnership.established_at),
    "ended (UTC)": lambda partnership: _utc(partnership.ended_at),
    "reason": lambda partnership: partnership.ended_reason,
    "id": lambda partnership: partnership.partnership_id,
}
MAILS: Final[Columns[MailOut]] = {
    "to": lambda mail: mail.member,
    "about": lambda mail: mail.other,
    "purpose": lambda mail: mail.purpose,
    "state": lambda mail: mail.state,
    "reason": lambda mail: mail.reason,
    "answer by (UTC)": lambda mail: _utc(mail.answer_by),
    "written (UTC)": lambda mail: _utc(mail.created_at),
    "since (UTC)": lambda mail: _utc(mail.updated_at),
    "attempts": lambda mail: mail.attempts,
    "proposal": lambda mail: mail.proposal_id,
    "side": lambda mail: mail.side,
    "id": lambda mail: mail.mail_id,
}


def rows(found: Iterable[Item], columns: Columns[Item]) -> list[list[Value]]:
    """The rows of a list, one for each item."""
    return [[value(item) for value in columns.values()] for item in found]


_FORMS: Final = {".csv": "csv", ".xlsx": "xlsx", ".json": "json"}
_WIDTH: Final = 24


def form_of(file: Path) -> str:
    """The form that the name of `file` says: `csv`, `xlsx` or `json`. Raises Failure for another one."""
    form = _FORMS.get(file.suffix.lower())
    if form is None:
        raise Misuse(f"{file} is not a table. Name a file that ends with .csv, .xlsx or .json.")
    return form


def save_list(file: Path, listed: Iterable[Item], columns: Columns[Item]) -> None:
    """Write what was found into `file`, a row each, and say so; JSON holds the documents whole. Raises Failure."""
    form = form_of(file)
    found = list(listed)
    table = rows(found, columns)
    with atomic_file(file) as part, part.open("wb") as written:
        if form == "json":
            written.write(json.dumps(plain(found), ensure_ascii=False, indent=2).encode() + b"\n")
        elif form == "csv":
            write_csv(written, list(columns), table)
        else:
            from isopolity.tables.workbooks import Sheet, write_workbook  # openpyxl is slow to import

            widths = [_WIDTH] * len(columns)
            write_workbook(written, Sheet(name="list", heading=list(columns), rows=table, widths=widths))
    messages().print(f"Written to {file}: {counted(len(found), 'row')}.", markup=False)
