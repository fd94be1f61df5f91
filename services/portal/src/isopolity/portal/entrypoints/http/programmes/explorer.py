"""The explorer: the cities that a programme's criteria reach, as a list, as charts and on a map.

Invariant: one selection makes all three, and its address holds it. Nothing is proposed to anybody by looking.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from isopolity.client import matching
from isopolity.client.call import Call
from isopolity.client.matching.models import ExplorerView, SumsView
from isopolity.client.registry.models import Programme
from isopolity.portal.adapters.members import dealings_of
from isopolity.portal.adapters.service_apis import AskedTooOften
from isopolity.portal.adapters.wording import _
from isopolity.portal.domain.drawings import Chart, chart_of
from isopolity.portal.domain.maps.groups import Located
from isopolity.portal.domain.maps.pictures import Picture, Places, picture_of
from isopolity.portal.domain.programmes.criteria import AMOUNTS, NAMES, NUMBERS, Criteria, choices_in, criteria_of
from isopolity.portal.domain.programmes.life import state_of
from isopolity.portal.domain.selection import Selection, narrowed
from isopolity.portal.domain.typed_values import amount_in, count_in, is_day
from isopolity.portal.entrypoints.http.admission import for_partners, may_edit
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.offered_countries import offered_countries
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, gettext_of, today
from isopolity.portal.entrypoints.http.programmes.own_programmes import own_programmes
from isopolity.portal.entrypoints.http.programmes.shortlist import entries_of

PATH: Final = "/me/explore"
CHOICES: Final = ("programme", *NAMES)
"""Parameters of a selection."""
VIEWS: Final = ("list", "charts", "map")
_ON_A_PAGE: Final = 24
_UNKNOWN: Final = _("There is no such programme of yours. Choose one of yours in the explorer.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """A selection of one of the partner's programmes, or of none while it has none."""

    selection: Selection
    wrong: Mapping[str, str]
    """Numbers that are none, as they were typed."""
    programmes: Sequence[Programme]
    programme: Programme | None
    problem: str
    """Why nothing is looked for, in a sentence: the address names a programme that is not the partner's."""
    is_open: bool
    """Whether that programme may ask for cities now."""

    def cities(self, partner_id: str, *, offset: int, limit: int, part: str | None = None) -> Call[ExplorerView]:
        """Some of the cities, as matching is asked for them."""
        criteria = Criteria() if self.programme is None else criteria_of(self.programme)
        call = matching.partners.cities(partner_id, **criteria, offset=offset, limit=limit, part=part)
        return narrowed(call, choices_in(self.selection.chosen))


async def explored(request: Request, account: Account) -> Explored:
    """The selection in the address of this request."""
    typed = {name: text for name in NUMBERS if (text := request.query_params.get(name, "").strip())}
    counts = {name: (amount_in if name in AMOUNTS else count_in)(text) for name, text in typed.items()}
    wrong = {name: typed[name] for name, count in counts.items() if not isinstance(count, int)}
    if (day := request.query_params.get("runs_on", "").strip()) and not is_day(day):
        wrong["runs_on"] = day
    query = {**request.query_params, **{name: str(count) for name, count in counts.items()}, **dict.fromkeys(wrong, "")}
    own = await own_programmes(request, account)
    known = {each.programme_id: each for each in own.all}
    wanted = query.get("programme", "").strip()
    programme = known.get(wanted) or next(iter(own.all), None)
    named = {} if programme is None else {"programme": programme.programme_id}
    return Explored(
        selection=Selection.of(PATH, query | named, CHOICES),
        wrong=wrong,
        programmes=own.all,
        programme=programme,
        problem=gettext_of(request)(_UNKNOWN) if wanted and wanted not in known else "",
        is_open=programme is not None and state_of(programme, own.waiting, own.refused, today(request)) == "open",
    )


@for_partners
async def explore(request: Request, account: Account) -> Response:
    """Show the selection as a list, as charts or on a map."""
    chosen, entries, dealings, countries = await asyncio.gather(
        explored(request, account),
        entries_of(request, account),
        dealings_of(apis_of(request), account.member),
        offered_countries(request, "cities", request.query_params),
    )
    view = request.query_params.get("view", "")
    view = view if view in VIEWS else VIEWS[0]
    offset = _offset(chosen.selection.cursor)
    found: ExplorerView | None = None
    form = PageForm(chosen.wrong, was_sent=False)
    if chosen.wrong or chosen.problem:
        form.refuse({"": chosen.problem})
    if chosen.programme is not None and not chosen.problem:
        part = "places" if view == "map" else "cities"
        call = chosen.cities(account.member, offset=offset, limit=_ON_A_PAGE, part=part)
        found = await form.answer(apis_of(request).send(call), passes=AskedTooOften)
    more = None if found is None or offset + _ON_A_PAGE >= found.total or view != "list" else offset + _ON_A_PAGE
    return form.page(
        request,
        "programmes/explore.html",
        may_edit=may_edit(account),
        may_ask=may_edit(account) and chosen.is_open,
        selection=chosen.selection,
        countries=countries,
        query=urlencode({**chosen.selection.chosen, "view": view}),
        states={each.city_id: each.status for each in entries},
        dealings=dealings,
        wrong=chosen.wrong,
        programmes=chosen.programmes,
        programme=chosen.programme,
        found=found,
        view=view,
        views={each: _address(chosen.selection, each) for each in VIEWS},
        following=None if more is None else chosen.selection.address(str(more)),
        map=_map(found) if found and view == "map" else None,
        charts=_charts(found.sums) if found and view == "charts" else None,
        scripts=("search.js", "map.js"),
    )


def _offset(cursor: str | None) -> int:
    found = count_in(cursor or "0")
    return found if isinstance(found, int) else 0


def _address(selection: Selection, view: str) -> str:
    return Selection(PATH, {**selection.chosen, "view": view}).address()


def _map(found: ExplorerView) -> Picture:
    places = [
        Located(latitude=each.latitude, longitude=each.longitude, count=each.count, name=each.name)
        for each in found.places
    ]
    return picture_of(Places(places=places, total=found.sums.cities, placed=found.placed))


def _charts(sums: SumsView) -> Mapping[str, Chart]:
    """Charts by their subject; labels are codes, or the lower end of a step of the fit in per cent."""
    steps = len(sums.fits)
    unknown = {"unknown": sums.unknown} if sums.unknown else {}
    return {
        "regions": chart_of(sums.regions),
        "fits": chart_of({str(100 * place // steps): count for place, count in enumerate(sums.fits)}),
        "sizes": chart_of({str(place): count for place, count in enumerate(sums.sizes)} | unknown),
        "blocked": chart_of(sums.blocked),
    }


routes = [Route(PATH, explore)]
