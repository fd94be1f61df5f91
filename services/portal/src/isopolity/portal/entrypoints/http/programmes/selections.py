"""Selections of the explorer, saved under names and shared inside the partner; and a selection as a file."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl, urlencode

from isopolity.client import registry
from isopolity.client.matching.models import FoundCityView
from isopolity.client.registry.models import Programme, SelectionInput
from isopolity.portal.adapters.members import dealings_of
from isopolity.portal.adapters.service_apis import NotAllowed
from isopolity.portal.adapters.templates import environment
from isopolity.portal.domain.dealings import Dealings
from isopolity.portal.entrypoints.http.admission import elsewhere, for_partners, may_edit
from isopolity.portal.entrypoints.http.files import FORMS, MOST, table_file
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_there
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, language_of, see_other
from isopolity.portal.entrypoints.http.programmes.explorer import CHOICES, PATH, VIEWS, Explored, explored
from isopolity.portal.entrypoints.http.programmes.shortlist import entries_of
from isopolity.tables.text_files import Value

SAVED: Final = f"{PATH}/saved"
_AT_ONCE: Final = 500
_NAMES: Final = frozenset((*CHOICES, "view"))
_COLUMNS: Final = (
    *("city_id", "name", "country", "region", "population", "fits", "score", "blockers", "confidence"),
    *(
        "first_tie",
        "status",
        "with_you",
        "request_id",
        "request_title",
        "amount_min",
        "amount_max",
        "currency",
        "about_min",
    ),
    *("about_max", "about_currency", "beneficiaries", "starts", "ends", "payee", "illustrative"),
)


@for_partners
async def saved(request: Request, account: Account) -> Response:
    """All that the partner's people have saved; with a selection, the form that saves it, or asks before it goes."""
    form, apis = await PageForm.of(request, account), apis_of(request)
    if form.was_sent and not may_edit(account):
        return elsewhere(request)
    if form.was_sent and form["delete"]:
        await if_there(apis.send(registry.selections.delete(account.member, form["delete"])))
        return see_other(f"{SAVED}?done=deleted")
    if form.was_sent:
        selection = SelectionInput(name=form["name"], query=_cleaned(form["query"]))
        if await form.done(apis.send(registry.partners.selections(account.member, selection))):
            return see_other(f"{SAVED}?done=saved")
    return await _rendered(request, account, form)


@for_partners
async def file(request: Request, account: Account) -> Response:
    """All cities of a selection as a file for spreadsheets, at most `MOST`."""
    form = request.path_params["form"]
    if form not in FORMS:
        raise NotAllowed("Ask for csv or xlsx.")
    chosen, entries, dealings = await asyncio.gather(
        explored(request, account), entries_of(request, account), dealings_of(apis_of(request), account.member)
    )
    if chosen.problem:
        raise NotAllowed(chosen.problem)
    cities, total = await _all(request, account, chosen)
    states = {each.city_id: each.status for each in entries}
    rows = [] if chosen.programme is None else _rows(language_of(request), cities, chosen.programme, states, dealings)
    return await table_file(form, "cities", _COLUMNS, rows, is_cut=total > MOST)


async def _all(request: Request, account: Account, chosen: Explored) -> tuple[Sequence[FoundCityView], int]:
    """The first `MOST` cities, and how many there are."""
    cities: list[FoundCityView] = []
    total = 1
    while chosen.programme is not None and len(cities) < min(total, MOST):
        found = await apis_of(request).send(chosen.cities(account.member, offset=len(cities), limit=_AT_ONCE))
        total = found.total
        if not found.items:
            break
        cities += found.items
    return cities[:MOST], total


def _rows(
    language: str, cities: Sequence[FoundCityView], programme: Programme, states: Mapping[str, str], dealings: Dealings
) -> list[list[Value]]:
    """A row for each city, with what the page says of it."""
    parts = environment(language).get_template("programmes/parts.html").module
    with_you: Callable[..., str] = vars(parts)["with_you"]
    rows = []
    for each in cities:
        status, dealing = states.get(each.city_id), dealings.with_member(each.city_id, programme.programme_id)
        words = str(with_you(status, dealing, programme, linked=False))
        rows.append(_row(each, status or (None if dealing else "new"), words, programme.currency))
    return rows


def _row(city: FoundCityView, status: str | None, with_you: str, currency: str) -> list[Value]:
    blockers = city.blockers or ([] if city.fits else ["score"])
    cells: dict[str, Value] = {
        **city.model_dump(mode="json", exclude={"blockers"}),
        "blockers": "; ".join(blockers),
        "status": status,
        "with_you": with_you,
        "about_currency": None if city.about_max is None else currency,
    }
    return [cells[name] for name in _COLUMNS]


def _cleaned(query: str) -> str:
    """The choices that an address holds, and nothing else."""
    return urlencode([(name, value) for name, value in parse_qsl(query) if name in _NAMES])


async def _rendered(request: Request, account: Account, form: PageForm) -> Response:
    asked = {} if form.was_sent else request.query_params
    query, leaving = (form[name] or asked.get(name, "") for name in ("query", "delete"))
    found = await apis_of(request).send(registry.selections.list(account.member))
    return form.page(
        request,
        "programmes/saved.html",
        may_edit=may_edit(account),
        query=_cleaned(query),
        filled={"name": form["name"]},
        leaving=next((each for each in found.items if each.selection_id == leaving), None),
        done=request.query_params.get("done", ""),
        listed=[(each, f"{PATH}?{_cleaned(each.query)}") for each in found.items],
        views=VIEWS,
    )


routes = [Route(SAVED, saved, methods=["GET", "POST"]), Route(f"{PATH}/file.{{form}}", file)]
