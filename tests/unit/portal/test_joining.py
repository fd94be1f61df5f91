"""Joining by one form: as registry takes it, as it refuses it, and sent twice."""

from typing import Any

import httpx
import pytest

from isopolity.registry.entrypoints.inputs import CityApplication, PartnerApplication
from tests.support.portal import EMPTY, HOSTILE, city, listed, portal

FORM = {
    "key": "k1", "kind": "city", "name": "Espoo", "country": "FI", "population": "320 000", "latitude": "60,2",
    "longitude": "24.65", "web": "", "language-0": "fi", "language-1": "", "language-2": "sv", "person": "Ana",
    "email": "ana@city.example", "role": "coordinator", "need-0-subject": "", "need-0-mode": "unknown",
    "need-0-intensity": "3", "need-0-valid_until": "", "need-1-subject": "sdg.4", "need-1-mode": "webinar",
    "need-1-intensity": "5", "need-1-valid_until": "",
}  # fmt: skip
PARTNER = {
    "key": "k2", "kind": "foundation", "name": "Fund", "home_country": "SE", "registration_id": "", "web": "",
    "language-0": "en", "person": "Bo", "email": "bo@fund.example", "role": "coordinator",
}  # fmt: skip


def taking(sent: list[httpx.Request], alike: Any = EMPTY, refusal: Any = None) -> dict[str, Any]:
    """A registry that takes applications, or refuses them."""

    def answer(request: httpx.Request) -> Any:
        if request.method == "GET":
            return alike
        sent.append(request)
        return httpx.Response(422, json=refusal) if refusal else httpx.Response(202, json={"application_id": "a1"})

    return {"/cities": answer, "/partners": answer}


async def test_the_form_of_a_city_is_an_application() -> None:
    sent: list[httpx.Request] = []
    async with portal(taking(sent)) as browser:
        page = await browser.post("/join/city", data=FORM)
    assert (page.status_code, "ana@city.example" in page.text) == (200, True)
    (request,) = sent
    assert request.headers["idempotency-key"] == "k1"
    assert "authorization" not in request.headers
    profile = CityApplication.model_validate_json(request.content).profile()
    assert (profile.name, profile.population, profile.latitude, profile.longitude) == ("Espoo", 320_000, 60.2, 24.65)
    assert (profile.languages, [need.subject for need in profile.needs]) == (("fi", "sv"), ["sdg.4"])


async def test_the_form_of_a_partner_is_an_application() -> None:
    sent: list[httpx.Request] = []
    async with portal(taking(sent)) as browser:
        page = await browser.post("/join/partner", data=PARTNER)
    assert page.status_code == 200
    application = PartnerApplication.model_validate_json(sent[0].content)
    assert (application.profile().home_country, application.profile().registration_id) == ("SE", None)


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("/name", "name"),
        ("/latitude", "latitude"),
        ("/contact/email", "email"),
        ("/languages/1", "language-2"),
        ("/needs/0/intensity", "need-1-intensity"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_with_what_was_typed(pointer: str, field: str) -> None:
    refusal = {"errors": [{"pointer": pointer, "detail": "Write it otherwise."}]}
    sent: list[httpx.Request] = []
    async with portal(taking(sent, refusal=refusal)) as browser:
        page = await browser.post("/join/city", data=FORM | {"name": HOSTILE})
    assert page.status_code == 422
    assert f'id="{field}-fault">Write it otherwise.' in page.text
    assert 'value="320 000"' in page.text
    assert 'name="key" value="k1"' in page.text
    assert HOSTILE not in page.text


@pytest.mark.parametrize("known", [{"name": "Espoo"}, {"name": "Helsinki area", "local_names": ["ESPOO"]}])
async def test_a_member_of_this_name_is_shown_first(known: dict[str, Any]) -> None:
    sent: list[httpx.Request] = []
    alike = listed(city(**known))
    async with portal(taking(sent, alike)) as browser:
        page = await browser.post("/join/city", data=FORM)
        assert (page.status_code, sent) == (422, [])
        assert 'href="/cities/espoo"' in page.text
        page = await browser.post("/join/city", data=FORM | {"is_another": "1"})
    assert (page.status_code, len(sent)) == (200, 1)


async def test_another_name_stops_nobody() -> None:
    sent: list[httpx.Request] = []
    async with portal(taking(sent, listed(city(name="Espoonlahti", local_names=[])))) as browser:
        assert (await browser.post("/join/city", data=FORM)).status_code == 200


async def test_each_form_has_a_key_of_its_own() -> None:
    async with portal({}) as browser:
        pages = [await browser.get("/join/city") for _ in range(2)]
        assert (await browser.get("/join")).status_code == 200
        assert (await browser.get("/join/else")).status_code == 404
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].text != pages[1].text
    assert all(len(page.content) < 60_000 for page in pages)
