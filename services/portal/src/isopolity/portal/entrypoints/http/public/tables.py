"""Lists as files for spreadsheets: all that fits a selection, also what the page shows only further on.

Invariant: a file has at most `MOST` rows; one that is cut says so in its name.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from starlette.responses import Response

from isopolity.csv_tables import Value, write_csv
from isopolity.portal.adapters.service_apis import NotAllowed, ServiceApis
from isopolity.workbooks import Sheet, write_workbook

MOST: Final = 5_000
FORMS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Entry = Mapping[str, Any]
Column = Callable[[Entry], Value]


def _field(name: str) -> Column:
    return lambda entry: entry[name]


def _joined(name: str) -> Column:
    return lambda entry: "; ".join(entry[name])


def _interests(name: str) -> Column:
    """Needs or offers as in import files: `subject:intensity:mode`, and until when."""

    def told(entry: Entry) -> str:
        parts = ((each["subject"], str(each["intensity"]), each["mode"], each["valid_until"]) for each in entry[name])
        return "; ".join(":".join(part for part in each if part) for each in parts)

    return told


def _named(name: str) -> Column:
    return lambda entry: "; ".join(each["name"] for each in entry[name])


def _plain(*names: str) -> dict[str, Column]:
    return {name: _field(name) for name in names}


_CHANGED: Final[dict[str, Column]] = {"changed_on": lambda entry: entry.get("changed_on")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A list of a service, and the columns that its file has."""

    service: str
    path: str
    columns: Mapping[str, Column]
    at_once: int
    """The entries of the largest page that the service gives."""


_TABLES: Final[Mapping[str, _Table]] = {
    "cities": _Table(
        service="registry",
        path="/cities",
        columns=_plain("city_id", "name", "country", "region", "population", "illustrative")
        | {"languages": _joined("languages"), "needs": _interests("needs"), "offers": _interests("offers")}
        | _CHANGED,
        at_once=500,
    ),
    "partners": _Table(
        service="registry",
        path="/partners",
        columns=_plain("partner_id", "name", "kind", "home_country", "illustrative")
        | {"programmes": _named("programmes")}
        | _CHANGED,
        at_once=500,
    ),
    "requests": _Table(
        service="registry",
        path="/requests",
        columns=_plain("request_id", "title", "city_id", "amount_min", "amount_max", "currency", "illustrative")
        | _plain("description", "starts", "ends", "beneficiaries", "payee")
        | {"subjects": _joined("subjects")}
        | _CHANGED,
        at_once=500,
    ),
    "seeking": _Table(
        service="registry",
        path="/seeking",
        columns=_plain("subject", "seeking", "offering")
        | {name: _named(name) for name in ("first_seeking", "first_offering")},
        at_once=100,
    ),
    "supportable": _Table(
        service="matching",
        path="/requests/programmes",
        columns=_plain("request_id", "title", "city_id", "city_name", "country")
        | _plain("amount_min", "amount_max", "currency", "illustrative")
        | {"subjects": _joined("subjects"), "programmes_total": _field("programmes_total")}
        | {"programmes": _named("programmes")},
        at_once=200,
    ),
}


async def table_file(apis: ServiceApis, kind: str, chosen: Mapping[str, str], form: str) -> Response:
    """The list of `kind` as a file. Raises NotAllowed for a form that there is not, and what the service answers."""
    if form not in FORMS:
        raise NotAllowed("Ask for form=csv or form=xlsx.")
    entries, is_cut = await _all(apis, kind, chosen)
    columns = _TABLES[kind].columns
    rows = [[column(entry) for column in columns.values()] for entry in entries]
    content = await asyncio.to_thread(written, form, kind, list(columns), rows)
    name = f"{kind}-first-{MOST}.{form}" if is_cut else f"{kind}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache"}
    return Response(content, media_type=FORMS[form], headers=headers)


async def _all(apis: ServiceApis, kind: str, chosen: Mapping[str, str]) -> tuple[list[Entry], bool]:
    """The first `MOST` entries, and whether there are more."""
    entries: list[Entry] = []
    table = _TABLES[kind]
    parameters = {**chosen, "limit": str(table.at_once)}
    while True:
        found = await apis.get(table.service, table.path, parameters)
        entries += found["items"]
        if not found["next"] or len(entries) >= MOST:
            return entries[:MOST], bool(found["next"]) or len(entries) > MOST
        parameters["cursor"] = found["next"]


def written(form: str, kind: str, heading: list[str], rows: list[list[Value]]) -> bytes:
    """The rows as a file of this form, `csv` or `xlsx`; no cell of them is taken for a formula."""
    file = BytesIO()
    if form == "csv":
        write_csv(file, heading, rows)
    else:
        write_workbook(file, Sheet(name=kind, heading=heading, rows=rows))
    return file.getvalue()
