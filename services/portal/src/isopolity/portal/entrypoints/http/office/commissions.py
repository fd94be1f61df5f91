"""Staff keeps the addresses of National Commissions, one a country.

Invariant: nobody is written to by this page; a commission is asked from an application.
"""

from collections.abc import Sequence
from typing import Final

from isopolity.client import registry
from isopolity.client.registry.models import CommissionDocument, CommissionInput
from isopolity.portal.entrypoints.http.admission import MANAGE, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_there
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, see_other

_PATH: Final = "/office/commissions"


@for_staff_to(MANAGE)
async def commissions(request: Request, account: Account) -> Response:
    """All of them, and the form that enters one, in place of the one of its country."""
    form = await PageForm.of(request, account)
    if form.was_sent:
        country = form.fields.get("country", "")
        if not (len(country) == 2 and country.isalpha() and country.isascii()):
            form.refuse({"country": ""})
        elif await form.done(_enter(request, country, form)):
            return see_other(_PATH)
    return await _rendered(request, form)


async def _enter(request: Request, country: str, form: PageForm) -> None:
    """Enter a commission; one that is there keeps its language. Raises NotAllowed."""
    known = _of_country(await _all(request), country)
    language = {} if known is None else {"language": known.language}
    wanted = CommissionInput(name=form["name"], email=form["email"], **language)
    await apis_of(request).send(registry.commissions.change(country, wanted))


@for_staff_to(MANAGE)
async def remove(request: Request, _account: Account) -> Response:
    """Its address is deleted; one that is gone already is no problem."""
    await if_there(apis_of(request).send(registry.commissions.delete(request.path_params["country"])))
    return see_other(_PATH)


async def _rendered(request: Request, form: PageForm) -> Response:
    found = await _all(request)
    filled = form.fields or {"country": request.query_params.get("country", "")}
    present = _of_country(found, filled.get("country", ""))
    stands = {} if present is None or form.problems else {"name": present.name, "email": present.email}
    return form.page(request, "office/commissions.html", items=found, filled={**stands, **filled})


async def _all(request: Request) -> Sequence[CommissionDocument]:
    return (await apis_of(request).send(registry.commissions.list())).items


def _of_country(commissions: Sequence[CommissionDocument], country: str) -> CommissionDocument | None:
    """The commission of this country; None where there is none."""
    return next((each for each in commissions if each.country == country), None)


routes = [
    Route(_PATH, commissions, methods=["GET", "POST"]),
    Route(f"{_PATH}/{{country}}/remove", remove, methods=["POST"]),
]
