"""The countries with which a city cannot work, which nobody but its own contacts reads.

Invariant: registry refuses them to anybody else, and no page of another member or of the office depends on them.
"""

from collections.abc import Sequence
from typing import Final

from isopolity.client import registry
from isopolity.client.registry.models import AvoidedCountriesInput
from isopolity.portal.domain.typed_values import number_in
from isopolity.portal.entrypoints.http.admission import for_editors
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, see_other

PATH: Final = "/me/avoided"
_KEPT: Final = "keep-"
"""Begins the names of the boxes of countries that are stated already; one that is not ticked is taken out."""


@for_editors
async def avoided_countries(request: Request, account: Account) -> Response:
    """The form with the countries that are stated; POST replaces them."""
    if account.member_kind != "city":
        return see_other("/me")
    form = await PageForm.of(request, account)
    if form.was_sent:
        version = number_in(form["version"])
        body = AvoidedCountriesInput(countries=_typed(form))
        change = registry.cities.avoid_countries(
            account.member, body, version=version if isinstance(version, int) else 0
        )
        if await form.done(apis_of(request).send(change), lambda faults: {"country": " ".join(faults.values())}):
            return see_other(f"{PATH}?saved=1")
    known = await apis_of(request).send(registry.cities.avoided_countries(account.member))
    return form.page(
        request,
        "own-avoided.html",
        known=known,
        chosen=known.countries if form.typed is None else sorted({*known.countries, *_typed(form)}),
        kept=known.countries if form.typed is None else _typed(form),
        was_saved=form.typed is None and "saved" in request.query_params,
    )


def _typed(form: PageForm) -> Sequence[str]:
    """The countries that are ticked, and the one that is chosen in addition."""
    ticked = {name.removeprefix(_KEPT) for name in form.fields if name.startswith(_KEPT)}
    return sorted(ticked | ({form["country"]} if form["country"] else set()))


routes = [Route(PATH, avoided_countries, methods=["GET", "POST"])]
