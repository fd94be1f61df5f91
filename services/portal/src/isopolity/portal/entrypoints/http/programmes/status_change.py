"""A programme is opened, closed or withdrawn, or its change taken back, each after a page that says what that does.

Invariant: opening and closing change the two days alone; a programme is withdrawn only while the office has not agreed.
"""

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException

from isopolity.client.registry.models import Programme
from isopolity.portal.domain.programmes.form import Stated, problems_of
from isopolity.portal.domain.programmes.life import OwnProgrammes, closed, last_day_ahead, opened, state_of
from isopolity.portal.entrypoints.http.admission import for_partner_editors
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, language_of, see_other, today
from isopolity.portal.entrypoints.http.programmes.own_programmes import PATH, own_programmes, save_programmes
from isopolity.portal.entrypoints.http.programmes.programme_form import form_of

_FROM: Final = {"open": ("later", "closed"), "close": ("open",), "withdraw": ("waiting", "refused")}
"""States of a programme in which each act is possible."""
_TAKE_BACK: Final = "take-back"
"""Takes back a change that waits for the office, in whichever state the programme is."""


@for_partner_editors
async def change(request: Request, account: Account) -> Response:
    """The page that asks, and what it does."""
    own, act = await own_programmes(request, account), request.url.path.rpartition("/")[2]
    place = own.place_of(request.path_params["programme_id"])
    if place is None:
        if act == "withdraw" and request.method == "POST":  # sent twice
            return see_other(PATH)
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if not _is_possible(request, own, place, act):  # sent twice, or too late
        return see_other(PATH)
    form = await PageForm.of(request, account)
    if form.was_sent:
        step = form_of(language_of(request))
        named = partial(problems_of, place=place, step=step, form=form.fields)
        changed = _changed(request, own, place, act)
        if await form.done(save_programmes(request, account, changed, str(own.version)), named):
            return see_other(f"{PATH}?saved=1")
        if form.is_stale:
            own = await own_programmes(request, account)
    return _rendered(request, own.all[place], act, form)


def _is_possible(request: Request, own: OwnProgrammes, place: int, act: str) -> bool:
    if act == _TAKE_BACK:
        return own.all[place].programme_id in own.changes
    return state_of(own.all[place], own.waiting, own.refused, today(request)) in _FROM[act]


def _changed(request: Request, own: OwnProgrammes, place: int, act: str) -> Sequence[Programme | Stated]:
    """All programmes, with the one at `place` opened, closed, left out, or as others see it."""
    return [*own.all[:place], *_instead(request, own, own.all[place], act), *own.all[place + 1 :]]


def _instead(request: Request, own: OwnProgrammes, programme: Programme, act: str) -> Sequence[Programme | Stated]:
    """The programme after `act`, as a list: empty if it was withdrawn."""
    match act:
        case "withdraw":
            return []
        case "take-back":
            return [own.changes[programme.programme_id].standing]
        case "close":
            return [closed(programme, today(request))]
        case _:
            return [opened(programme, today(request), request.state.form.get("closes", "").strip())]


def _rendered(request: Request, programme: Programme, act: str, form: PageForm) -> Response:
    return form.page(
        request,
        "programmes/standing.html",
        programme=programme,
        act=act,
        filled=form.fields or {"closes": last_day_ahead(programme, today(request))},
    )


_BOTH: Final = ["GET", "POST"]
routes = [Route(f"{PATH}/{{programme_id}}/{act}", change, methods=_BOTH) for act in (*_FROM, _TAKE_BACK)]
