"""The countries that a filter offers: those with entries, by their names, and the one that is chosen.

Invariants: a page does not fail for want of the numbers; without them all countries with people are offered. A place
without people, such as Bouvet Island, is offered only where it is chosen already.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from isopolity.client import registry
from isopolity.client.registry.models import Countries
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceAway
from isopolity.portal.adapters.templates import named_countries
from isopolity.portal.entrypoints.http.pages import Request, apis_of, language_of


async def offered_countries(request: Request, kind: str, chosen: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """Codes and names of the countries with cities, partners or requests, as `kind` says, in the order of the names."""
    language = language_of(request)
    peopled, found = named_countries(language), None
    with suppress(NothingThere, NotAllowed, ServiceAway):
        found = await apis_of(request).public_answer(registry.countries.read())
    codes = {code for code, _ in peopled if found is None or code in _numbers(found, kind)} | {chosen.get("country")}
    return [each for each in named_countries(language, everywhere=True) if each[0] in codes]


def _numbers(found: Countries, kind: str) -> Mapping[str, int]:
    return {"cities": found.cities, "partners": found.partners, "requests": found.requests}[kind]
