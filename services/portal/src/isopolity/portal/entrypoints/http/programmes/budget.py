"""A programme's budget: whom it would support best, what that reaches, and what more or less money would change.

Invariant: nothing is proposed to anybody by asking; a budget that is typed here is a what-if and changes nothing.
"""

import asyncio
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException

from isopolity.client import matching
from isopolity.client.registry.models import Programme
from isopolity.portal.adapters.members import dealings_of
from isopolity.portal.adapters.wording import sentence_of
from isopolity.portal.domain.dealings import first_free
from isopolity.portal.domain.programmes.life import state_of
from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.typed_values import amount_in, count_fault, count_in
from isopolity.portal.entrypoints.http.admission import for_partners, may_edit
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_there
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, gettext_of, today
from isopolity.portal.entrypoints.http.programmes.own_programmes import PATH, own_programmes

_NAMES: Final = ("budget", "grant_min", "grant_max", "cities")


@for_partners
async def budget(request: Request, account: Account) -> Response:
    """Show whom the budget would support best; with other numbers in the address, as a what-if."""
    own, dealings = await asyncio.gather(
        own_programmes(request, account), dealings_of(apis_of(request), account.member)
    )
    place = own.place_of(request.path_params["programme_id"])
    if place is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    programme = own.all[place]
    typed = {name: text for name in _NAMES if (text := request.query_params.get(name, "").strip())}
    counts = {name: (count_in if name == "cities" else amount_in)(text) for name, text in typed.items()}
    gettext = gettext_of(request)
    form = PageForm(typed, _NAMES, was_sent=False)
    if wrong := {
        name: sentence_of(count_fault(typed[name]), gettext)
        for name, count in counts.items()
        if not isinstance(count, int)
    }:
        form.refuse(wrong)
    supposed = {name: count for name, count in counts.items() if isinstance(count, int)}
    best = matching.programmes.portfolio(account.member, programme.programme_id, **supposed)
    found = None if form.is_refused else await form.answer(if_there(apis_of(request).send(best)))  # or it is closed
    taken = dealings.taken("sponsorship", programme.programme_id)
    return form.page(
        request,
        "programmes/budget.html",
        may_edit=may_edit(account),
        programme=programme,
        state=state_of(programme, own.waiting, own.refused, today(request)),
        found=found,
        taken=taken,
        free_after=first_free(taken),
        wished=supposed.get("cities", programme.cities),
        filled={**_filled(programme), **typed},
        wrong=form.problems,
        problem=form.problems.get("", ""),
    )


def _filled(programme: Programme) -> Form:
    """The what-if that supposes nothing else than what stands."""
    return {
        "budget": str(programme.budget),
        "grant_min": str(programme.grant_min),
        "grant_max": str(programme.grant_max),
        "cities": str(programme.cities),
    }


routes = [Route(f"{PATH}/{{programme_id}}/budget", budget)]
