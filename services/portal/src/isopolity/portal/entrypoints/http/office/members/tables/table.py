"""Members as a table: columns of choice, filters, an order by each column, and all of it as a file.

Invariant: an address holds all choices, so that a list can be kept and passed on.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from isopolity.client import notify, registry
from isopolity.client.call import Call
from isopolity.client.notify.models import ListedMembers, ListedMemberView
from isopolity.client.registry.models import SavedList
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.adapters.templates import named_countries
from isopolity.portal.domain.member_columns import (
    CHOICES,
    COLUMNS,
    DESCENDING_FIRST,
    columns_in,
    filters_in,
    order_in,
)
from isopolity.portal.domain.selection import Selection, narrowed
from isopolity.portal.domain.typed_values import is_day
from isopolity.portal.entrypoints.http.admission import for_staff
from isopolity.portal.entrypoints.http.files import MOST, table_file, wanted_form
from isopolity.portal.entrypoints.http.forms.page_form import if_answered
from isopolity.portal.entrypoints.http.known_members import address_of
from isopolity.portal.entrypoints.http.office.members.lists import PATH
from isopolity.portal.entrypoints.http.pages import (
    Account,
    Request,
    Response,
    Route,
    apis_of,
    language_of,
    page,
)
from isopolity.tables.text_files import Value

TABLE: Final = f"{PATH}/table"
_MOST: Final = 50
_AT_ONCE: Final = 500


@for_staff
async def table(request: Request, account: Account) -> Response:
    """Render a page of the list, or the whole list as a file."""
    selection = Selection.of(TABLE, request.query_params, CHOICES)
    if form := wanted_form(request):
        return await _file(apis_of(request), selection.chosen, form)
    found = await apis_of(request).send(_listed(selection.chosen, _MOST, selection.cursor, with_total=True))
    saved = await if_answered(apis_of(request).send(registry.saved_lists.list()))
    wrong = _wrong(selection.chosen)
    order, is_descending = order_in(selection.chosen)
    return page(
        request,
        "office/members/table.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        selection=selection,
        items=found.items,
        total=found.total,
        columns=columns_in(selection.chosen),
        all_columns=COLUMNS,
        order=order,
        is_descending=is_descending,
        orders={each: _sorted_by(selection, each) for each in ("name", *COLUMNS)},
        address_of=address_of,
        countries=named_countries(language_of(request)),
        wrong=wrong,
        following=selection.address(found.next) if found.next else None,
        saved=_saved(saved.items if saved else (), selection),
        account_id=account.account_id,
    )


def _listed(
    chosen: Mapping[str, str], limit: int, cursor: str | None = None, *, with_total: bool = False
) -> Call[ListedMembers]:
    order, is_descending = order_in(chosen)
    call = notify.listed_members.list(
        order=order, descending=is_descending, limit=limit, cursor=cursor, with_total=with_total
    )
    return narrowed(call, filters_in(chosen))


def _wrong(chosen: Mapping[str, str]) -> Mapping[str, str]:
    """The text of a day that is none, by the name of its field."""
    day = chosen.get("no_answer_since", "")
    return {"no_answer_since": day} if day and not is_day(day) else {}


def _sorted_by(selection: Selection, column: str) -> str:
    """The address of this list sorted by a column; the other way round if it is sorted by it already."""
    order, is_descending = order_in(selection.chosen)
    rest = {name: value for name, value in selection.chosen.items() if name not in ("order", "descending")}
    descends = not is_descending if column == order else column in DESCENDING_FIRST
    return Selection(TABLE, rest | {"order": column} | ({"descending": "1"} if descends else {})).address()


def _saved(saved: Sequence[SavedList], selection: Selection) -> Sequence[tuple[SavedList, str, bool]]:
    """Saved lists with their addresses, and whether each is the one that is shown."""
    here = selection.address()
    return [(each, address := saved_address(each), address == here) for each in saved]


def saved_address(saved: SavedList) -> str:
    """The address of the list that was saved."""
    return Selection.of(TABLE, saved.choices, CHOICES).address()


async def _file(apis: ServiceApis, chosen: Mapping[str, str], form: str) -> Response:
    """The first `MOST` members of the list with its columns."""
    found = await apis.send(_listed(chosen, _AT_ONCE))
    items = list(found.items)
    while found.next and len(items) < MOST:
        found = await apis.send(_listed(chosen, _AT_ONCE, found.next))
        items += found.items
    columns = ("member_id", "name", *columns_in(chosen))
    rows = [[_cell(each, column) for column in columns] for each in items[:MOST]]
    return await table_file(form, "members", columns, rows, is_cut=bool(found.next) or len(items) > MOST)


def _cell(member: ListedMemberView, column: str) -> Value:
    value = getattr(member, column)
    return value if value is None or isinstance(value, int | str) else value.isoformat()


routes = [Route(TABLE, table)]
