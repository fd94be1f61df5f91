"""Lists as files for spreadsheets: all that fits a selection, also what the page shows only further on.

Invariant: a file has at most `MOST` rows; one that is cut says so in its name.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
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
_AT_ONCE: Final = 500

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


_PLAIN: Final[Mapping[str, Sequence[str]]] = {
    "cities": ("city_id", "name", "country", "region", "population"),
    "partners": ("partner_id", "name", "kind", "home_country"),
    "requests": ("request_id", "title", "city_id", "amount_min", "amount_max", "currency"),
}
_COLUMNS: Final[Mapping[str, Mapping[str, Column]]] = {
    "cities": {"languages": _joined("languages"), "needs": _interests("needs"), "offers": _interests("offers")},
    "partners": {"programmes": lambda partner: "; ".join(each["name"] for each in partner["programmes"])},
    "requests": {"subjects": _joined("subjects")},
}


async def table_file(apis: ServiceApis, kind: str, chosen: Mapping[str, str], form: str) -> Response:
    """The list of `kind` as a file. Raises NotAllowed for a form that there is not, and what the service answers."""
    if form not in FORMS:
        raise NotAllowed("Ask for form=csv or form=xlsx.")
    entries, is_cut = await _all(apis, kind, chosen)
    columns = {name: _field(name) for name in (*_PLAIN[kind], "illustrative")} | dict(_COLUMNS[kind])
    rows = [[column(entry) for column in columns.values()] for entry in entries]
    content = await asyncio.to_thread(_written, form, kind, list(columns), rows)
    name = f"{kind}-first-{MOST}.{form}" if is_cut else f"{kind}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache"}
    return Response(content, media_type=FORMS[form], headers=headers)


async def _all(apis: ServiceApis, kind: str, chosen: Mapping[str, str]) -> tuple[list[Entry], bool]:
    """The first `MOST` entries, and whether there are more."""
    entries: list[Entry] = []
    parameters = {**chosen, "limit": str(_AT_ONCE)}
    while True:
        found = await apis.get("registry", f"/{kind}", parameters)
        entries += found["items"]
        if not found["next"] or len(entries) >= MOST:
            return entries[:MOST], bool(found["next"]) or len(entries) > MOST
        parameters["cursor"] = found["next"]


def _written(form: str, kind: str, heading: list[str], rows: list[list[Value]]) -> bytes:
    file = BytesIO()
    if form == "csv":
        write_csv(file, heading, rows)
    else:
        write_workbook(file, Sheet(name=kind, heading=heading, rows=rows))
    return file.getvalue()
