"""Staff keeps the addresses of National Commissions, one a country.

Invariant: nobody is written to by this page; a commission is asked from an application.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import CommissionDocument, CommissionInput
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.office.admission import MANAGE, for_staff_to
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/office/commissions"


@for_staff_to(MANAGE)
async def commissions(request: Request, account: Account) -> Response:
    """All of them, and the form that enters one, in place of the one of its country."""
    if request.method == "GET":
        chosen = {"country": request.query_params.get("country", "")}
        return await _shown(request, await typed_before(request, account) or chosen)
    form: dict[str, str] = request.state.form
    country = form.get("country", "")
    if not (len(country) == 2 and country.isalpha() and country.isascii()):
        return await _shown(request, form, {"country": ""})
    try:
        known = _of_country(await _all(request), country)
        language = {} if known is None else {"language": known.language}
        wanted = CommissionInput(name=form.get("name", "").strip(), email=form.get("email", "").strip(), **language)
        await apis_of(request).send(registry.commissions.change(country, wanted))
    except NotAllowed as refused:
        problems = {pointer.strip("/"): detail for pointer, detail in refused.fields.items()}
        return await _shown(request, form, problems or {"": str(refused)})
    return RedirectResponse(_PATH, HTTPStatus.SEE_OTHER)


@for_staff_to(MANAGE)
async def remove(request: Request, _account: Account) -> Response:
    """Its address is deleted; one that is gone already is no problem."""
    with suppress(NothingThere):
        await apis_of(request).send(registry.commissions.delete(request.path_params["country"]))
    return RedirectResponse(_PATH, HTTPStatus.SEE_OTHER)


async def _shown(request: Request, filled: Mapping[str, str], problems: Mapping[str, str] | None = None) -> Response:
    found = await _all(request)
    present = _of_country(found, filled.get("country", ""))
    stands = {} if present is None or problems else {"name": present.name, "email": present.email}
    return page(
        request,
        "office/commissions.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        here="me",
        items=found,
        filled={**stands, **filled},
        problems=problems or {},
    )


async def _all(request: Request) -> Sequence[CommissionDocument]:
    return (await apis_of(request).send(registry.commissions.list())).items


def _of_country(commissions: Sequence[CommissionDocument], country: str) -> CommissionDocument | None:
    """The commission of this country; None where there is none."""
    return next((each for each in commissions if each.country == country), None)


routes = [
    Route(_PATH, commissions, methods=["GET", "POST"]),
    Route(f"{_PATH}/{{country}}/remove", remove, methods=["POST"]),
]
