"""Staff comes from the issuer of its organisation: by the code flow with PKCE, in the browser where it went."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from isopolity.registry.settings import RegistrySettings
from tests.support.keys import keys_of
from tests.support.registry.access import COMMAND, OFFICE, PEOPLE, SIGN_INS, add_to_office, entered, refresh
from tests.support.registry.issuer import CLIENT, ISSUER, StaffIssuerUnderTest
from tests.support.registry.service import CONTACT, KEY, RegistryUnderTest, open_under_test
from tests.support.shared.relays import Moving

BROWSER = "a-browser-that-nobody-guesses"


@pytest.fixture
def issuer() -> StaffIssuerUnderTest:
    return StaffIssuerUnderTest()


@pytest.fixture
def clock() -> Moving:
    return Moving(datetime.now(UTC))


@pytest.fixture
async def registry(
    url: str, tmp_path: Path, issuer: StaffIssuerUnderTest, clock: Moving
) -> AsyncIterator[RegistryUnderTest]:
    settings = RegistrySettings(data=tmp_path, **keys_of(KEY), staff_issuer=ISSUER, staff_client_id=CLIENT)
    opening = open_under_test(url, tmp_path, settings=settings, issuer_transport=issuer.transport, clock=clock)
    async with opening as opened:
        yield opened


async def gone(registry: RegistryUnderTest, binding: str = BROWSER) -> str:
    """Where somebody is sent to sign in."""
    answer = await registry.client.post(f"{SIGN_INS}/issuer", json={"binding": binding})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["address"])


async def back(registry: RegistryUnderTest, returned: dict[str, str], binding: str = BROWSER) -> httpx.Response:
    """The browser comes back with what the issuer gave it."""
    return await registry.client.post(f"{SIGN_INS}/from-issuer", json=returned | {"binding": binding})


async def came(registry: RegistryUnderTest, issuer: StaffIssuerUnderTest) -> httpx.Response:
    return await back(registry, issuer.signs_in(await gone(registry)))


async def test_somebody_of_staff_comes_in_without_an_app(
    registry: RegistryUnderTest, issuer: StaffIssuerUnderTest
) -> None:
    person_id = await add_to_office(registry)
    answer = await came(registry, issuer)
    session = answer.json()
    assert (answer.status_code, session["account_id"], session["second_factor"]) == (200, person_id, None)
    signed_in = [("sign-ins.from-issuer", "staff", person_id, {"way": "issuer"})]
    assert await entered(registry, "sign-ins.from-issuer") == signed_in
    assert (await refresh(registry, session)).json()["access_token"]


async def test_the_accounts_of_the_same_address_are_at_hand(
    registry: RegistryUnderTest, issuer: StaffIssuerUnderTest
) -> None:
    await registry.add_city(contact=CONTACT | {"email": OFFICE["email"]})
    person_id = await add_to_office(registry)
    session = (await came(registry, issuer)).json()
    assert [one["kind"] for one in session["accounts"]] == ["member", "staff"]
    assert (await refresh(registry, session, account_id=person_id)).json()["access_token"]


async def test_an_address_that_the_id_token_does_not_hold_is_asked_for(
    registry: RegistryUnderTest, issuer: StaffIssuerUnderTest
) -> None:
    await add_to_office(registry)
    issuer.claims, issuer.told = {"sub": "mia"}, issuer.claims
    assert (await came(registry, issuer)).status_code == 200
    issuer.told = issuer.told | {"sub": "somebody"}
    assert (await came(registry, issuer)).status_code == 410


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another"},
        {"iss": "https://elsewhere.example"},
        {"nonce": "another"},
        {"exp": 1},
        {"azp": "another"},
        {"nonce": None},
    ],
    ids=str,
)
async def test_a_token_for_another_client_issuer_or_sign_in_does_not_count(
    registry: RegistryUnderTest, issuer: StaffIssuerUnderTest, wrong: dict[str, Any]
) -> None:
    await add_to_office(registry)
    issuer.claims |= wrong
    assert (await came(registry, issuer)).status_code == 410


async def test_a_forged_signature_does_not_count(registry: RegistryUnderTest, issuer: StaffIssuerUnderTest) -> None:
    await add_to_office(registry)
    issuer.signing = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert (await came(registry, issuer)).status_code == 410


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"email_verified": False}, "does not vouch"),
        ({"email": None}, "does not vouch"),
        ({"email": "ben@network.example"}, "list of staff"),
        ({"email": "mia@network.example\n"}, "list of staff"),
    ],
)
async def test_whom_the_network_does_not_know_is_told_what_to_do(
    registry: RegistryUnderTest, issuer: StaffIssuerUnderTest, claims: dict[str, Any], sentence: str
) -> None:
    await add_to_office(registry)
    issuer.claims |= claims
    answer = await came(registry, issuer)
    assert (answer.status_code, sentence in answer.json()["detail"]) == (409, True)


async def test_a_lookalike_that_the_issuer_vouches_for_is_nobody_of_the_office(
    registry: RegistryUnderTest, issuer: StaffIssuerUnderTest
) -> None:
    await add_to_office(registry, email="mia@stra\u00dfe.example")
    issuer.claims["email"] = "mia@strasse.example"
    assert (await came(registry, issuer)).status_code == 409
    issuer.claims["email"] = "mia@xn--strae-oqa.example"
    assert (await came(registry, issuer)).status_code == 200


async def test_an_address_that_somebody_else_got_does_not_let_in_until_a_reset(
    registry: RegistryUnderTest, issuer: StaffIssuerUnderTest
) -> None:
    person_id = await add_to_office(registry)
    await came(registry, issuer)
    issuer.claims["sub"] = "mia-the-second"
    assert (await came(registry, issuer)).status_code == 409
    await registry.client.post(f"{PEOPLE}/{person_id}/reset-second-factor", headers=COMMAND)
    assert (await came(registry, issuer)).status_code == 200


async def test_only_the_browser_that_went_comes_back_and_once(
    registry: RegistryUnderTest, issuer: StaffIssuerUnderTest, clock: Moving
) -> None:
    await add_to_office(registry)
    returned = issuer.signs_in(await gone(registry))
    assert (await back(registry, returned, binding="another-browser-of-a-stranger")).status_code == 410
    assert (await back(registry, returned | {"state": "forged"})).status_code == 410
    assert (await back(registry, returned)).status_code == 200
    assert (await back(registry, returned)).status_code == 410
    late = issuer.signs_in(await gone(registry))
    clock.now += timedelta(minutes=11)
    assert (await back(registry, late)).status_code == 410


async def test_an_issuer_that_is_away_is_said_to_be(registry: RegistryUnderTest, issuer: StaffIssuerUnderTest) -> None:
    issuer.is_away = True
    answer = await registry.client.post(f"{SIGN_INS}/issuer", json={"binding": BROWSER})
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:isopolity:problem:issuer-away")


async def test_without_an_issuer_there_is_none(url: str, tmp_path: Path) -> None:
    async with open_under_test(url, tmp_path) as registry:
        answer = await registry.client.post(f"{SIGN_INS}/issuer", json={"binding": BROWSER})
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:isopolity:problem:no-issuer")


def test_an_issuer_needs_a_client(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ISOPOLITY_STAFF_CLIENT_ID"):
        RegistrySettings(data=tmp_path, **keys_of(KEY), staff_issuer=ISSUER)
