"""Lists as files for spreadsheets: all that fits a selection, also what the page shows only further on.

Invariant: a file has at most `MOST` rows; one that is cut says so in its name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Final, Generic, Protocol, TypeVar

from isopolity.client.call import Call
from isopolity.client.matching.models import ProgrammeView, SupportableRequestView
from isopolity.client.registry import models
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.entrypoints.http.files import MOST, table_file
from isopolity.portal.entrypoints.http.pages import Response
from isopolity.portal.entrypoints.http.public import lists
from isopolity.tables.text_files import Value

Entry = TypeVar("Entry")
EntryT = TypeVar("EntryT", covariant=True)
_Interest = models.Need | models.Offer
_Named = models.NamedCity | models.Programme | ProgrammeView


class _Page(Protocol[EntryT]):
    """A page of a list."""

    @property
    def items(self) -> Sequence[EntryT]: ...

    @property
    def next(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table(Generic[Entry]):
    """A list of a service, and the columns that its file has."""

    page: Callable[[lists.Chosen, int, str | None], Call[_Page[Entry]]]
    at_once: int
    """The entries of the largest page that the service gives."""
    columns: Mapping[str, Callable[[Entry], Value]]

    async def rows(self, apis: ServiceApis, chosen: lists.Chosen) -> tuple[list[list[Value]], bool]:
        """The rows of the first `MOST` entries, and whether there are more."""
        entries: list[Entry] = []
        found = await apis.send(self.page(chosen, self.at_once, None))
        entries += found.items
        while found.next and len(entries) < MOST:
            found = await apis.send(self.page(chosen, self.at_once, found.next))
            entries += found.items
        rows = [[column(entry) for column in self.columns.values()] for entry in entries[:MOST]]
        return rows, bool(found.next) or len(entries) > MOST


_Listed = (
    _Table[models.CityEntry]
    | _Table[models.PartnerEntry]
    | _Table[models.RequestEntry]
    | _Table[models.SoughtSubject]
    | _Table[SupportableRequestView]
)


def _plain(*names: str) -> dict[str, Callable[[object], Value]]:
    """Fields that stand in the file as they are; a day as its text."""
    return {name: _cell(attrgetter(name)) for name in names}


def _cell(value: Callable[[object], Value]) -> Callable[[object], Value]:
    def cell(entry: object) -> Value:
        found = value(entry)
        return found.isoformat() if isinstance(found, date) else found

    return cell


def _interests(interests: Iterable[_Interest]) -> str:
    """Needs or offers as in import files: `subject:intensity:mode`, and until when; no intensity that is not shown."""
    return "; ".join(
        f"{each.subject}:{each.intensity or ''}:{each.mode}" + (f":{each.valid_until}" if each.valid_until else "")
        for each in interests
    )


def _names(entries: Iterable[_Named]) -> str:
    return "; ".join(each.name for each in entries)


_CITIES: Final[_Table[models.CityEntry]] = _Table(
    page=lists.cities,
    at_once=500,
    columns=_plain("city_id", "name", "country", "region", "population", "illustrative")
    | {
        "languages": lambda city: "; ".join(city.languages),
        "needs": lambda city: _interests(city.needs),
        "offers": lambda city: _interests(city.offers),
    }
    | _plain("changed_on", "kind", "geonames_id"),
)
_PARTNERS: Final[_Table[models.PartnerEntry]] = _Table(
    page=lists.partners,
    at_once=500,
    columns=_plain("partner_id", "name", "kind", "home_country", "illustrative")
    | {"programmes": lambda partner: _names(partner.programmes)}
    | _plain("changed_on"),
)
_REQUESTS: Final[_Table[models.RequestEntry]] = _Table(
    page=lists.requests,
    at_once=500,
    columns=_plain("request_id", "title", "city_id", "amount_min", "amount_max", "currency", "illustrative")
    | _plain("description", "starts", "ends", "beneficiaries", "payee")
    | {"subjects": lambda request: "; ".join(request.subjects)}
    | _plain("changed_on"),
)
_NEEDS: Final[_Table[models.SoughtSubject]] = _Table(
    page=lists.needs,
    at_once=100,
    columns=_plain("subject", "seeking", "offering")
    | {
        "first_seeking": lambda each: _names(each.first_seeking),
        "first_offering": lambda each: _names(each.first_offering),
    },
)
_SUPPORTABLE: Final[_Table[SupportableRequestView]] = _Table(
    page=lists.supportable,
    at_once=200,
    columns=_plain("request_id", "title", "city_id", "city_name", "country")
    | _plain("amount_min", "amount_max", "currency", "illustrative")
    | {"subjects": lambda request: "; ".join(request.subjects)}
    | _plain("programmes_total")
    | {"programmes": lambda request: _names(request.programmes)},
)
_TABLES: Final[Mapping[str, _Listed]] = {
    "cities": _CITIES,
    "partners": _PARTNERS,
    "requests": _REQUESTS,
    "seeking": _NEEDS,
    "supportable": _SUPPORTABLE,
}


async def list_file(apis: ServiceApis, kind: str, chosen: lists.Chosen, form: str) -> Response:
    """The list of `kind` as a file, `csv` or `xlsx`. Raises what the service answers."""
    table = _TABLES[kind]
    rows, is_cut = await table.rows(apis, chosen)
    return await table_file(form, kind, list(table.columns), rows, is_cut=is_cut, kept="no-cache")
