"""A deputy whose mail box is in wrong hands tries to take a city over; its coordinator stands, hears and stops it.

Everything runs in one process, with real mails and the portal's pages.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from isopolity.command.data_folder import NetworkKeys
from isopolity.command.hosting.network import Network, open_network
from isopolity.contracts.event_types import SERVICES
from isopolity.runtime.process import running
from tests.support.access.network import KEY, URL, bearer
from tests.support.polling import until
from tests.support.registry.service import CITY
from tests.support.shared.migrated import filled_with_tables

pytestmark = pytest.mark.slow
ANA: Final = "ana@city.example"
BO: Final = "bo@city.example"
EVIL: Final = "cy@evil.example"
STAFF: Final = bearer("staff")
PATCH: Final = {"Content-Type": "application/merge-patch+json", "If-Match": "*"}


@dataclass(slots=True)
class Town:
    """A city of a running network, with a coordinator and a deputy."""

    network: Network
    folder: Path
    city_id: str = ""
    ana: str = ""
    bo: str = ""
    read: set[Path] = field(default_factory=set)
    """Mails that a test has read."""

    def browser(self, number: int, **headers: str) -> httpx.AsyncClient:
        """Somebody at an address of its own."""
        transport = httpx.ASGITransport(self.network.app, client=(f"10.0.0.{number}", 4711))
        own = {"Sec-Fetch-Site": "same-origin", **headers}
        return httpx.AsyncClient(transport=transport, base_url=URL, headers=own, timeout=60)

    async def mailed(self, pattern: str, email: str) -> str:
        """What fits the pattern in a mail to this address that was not read yet."""
        to, found = re.compile(rf"^To: .*{re.escape(email)}", re.MULTILINE), list[str]()

        def is_there() -> bool:
            for file in sorted(set((self.folder / "mailbox" / "new").glob("*")) - self.read):
                text = file.read_text("latin-1").replace("=\n", "")
                if to.search(text) and (match := re.search(pattern, text)):
                    self.read.add(file)
                    found.append(match[1])
                    return True
            return False

        await until(is_there, what=f"a mail to {email} with {pattern}")
        return found[0]

    async def sign_in(self, browser: httpx.AsyncClient, email: str) -> str:
        """Sign in on the pages, and through the API; returns the header's value."""
        for on_pages in (True, False):
            assert (await browser.post("/registry/v1/sign-ins", json={"email": email})).status_code == 202
            secret = await self.mailed(r"/sign-in/([\w-]+)", email)
            if on_pages:
                assert (await browser.post(f"/sign-in/{secret}")).status_code == 303
        begun = (await browser.post("/registry/v1/sign-ins/exchange", json={"secret": secret})).json()
        return f"Bearer {begun['access_token']}"

    async def people(self) -> dict[str, str]:
        """The roles of the contacts, by their addresses."""
        async with self.browser(9, **STAFF) as office:
            found = await office.get("/registry/v1/contacts", params={"member_id": self.city_id})
        return {each["email"]: each["role"] for each in found.json()["items"]}


@pytest.fixture
async def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    monkeypatch.setenv("ISOPOLITY_STAFF_SECOND_FACTOR", "false")
    for name in (*SERVICES, "portal"):
        await filled_with_tables(f"sqlite+aiosqlite:///{tmp_path / name}.db", f"isopolity.{name}")
    keys = NetworkKeys(registry=(KEY,), command=KEY)
    async with (
        open_network(tmp_path, URL, keys, mail_box_key="m" * 32, demo=False) as network,
        running(network.tasks),
    ):
        made = Town(network=network, folder=tmp_path)
        async with made.browser(9, **STAFF) as office:
            city = await office.post("/registry/v1/cities?endorse=true", json=CITY)
            made.city_id = city.json()["city_id"]
            of_city = {"member_kind": "city", "member_id": made.city_id}
            made.ana, made.bo = [
                (await office.post("/registry/v1/contacts", json=of_city | person)).json()["contact_id"]
                for person in (
                    {"name": "Ana Prado", "email": ANA, "role": "coordinator"},
                    {"name": "Bo Berg", "email": BO, "role": "deputy"},
                )
            ]
        await made.mailed(r"(named Bo Berg as deputy)", ANA)
        yield made


def form_of(page: httpx.Response) -> dict[str, str]:
    """The token of the page's forms."""
    found = re.search(r'name="form" value="([^"]+)"', page.text)
    assert found is not None
    return {"form": found[1]}


async def test_a_hijacked_deputy_takes_nothing_over_and_the_coordinator_stops_it(town: Town) -> None:
    async with town.browser(1) as thief, town.browser(2) as owner, town.browser(3) as stranger:
        token = {"Authorization": await town.sign_in(thief, BO)}
        of_city: dict[str, Any] = {"member_kind": "city", "member_id": town.city_id, "language": "en"}

        # on the pages
        page = await thief.get("/me/contacts")
        demoting = form_of(page) | {"name": "Ana Prado", "email": ANA, "role": "approver", "language": "en"}
        assert (await thief.post("/me/contacts", data=demoting)).status_code == 303
        page = await thief.get("/me/contacts")
        assert "Nothing changes until it is decided." in page.text
        rising = form_of(page) | {"name": "Bo Berg", "email": BO, "role": "coordinator", "language": "en"}
        assert (await thief.post("/me/contacts", data=rising)).status_code == 422
        page = await thief.get(f"/me/contacts/{town.ana}/erase")
        assert (await thief.post(f"/me/contacts/{town.ana}/erase", data=form_of(page))).status_code == 422
        assert (await thief.get("/me/handover")).status_code in (303, 403)

        # through the API
        tries: tuple[tuple[str, str, Any, dict[str, str]], ...] = (
            ("PATCH", f"contacts/{town.ana}", {"email": EVIL}, PATCH),
            ("PATCH", f"contacts/{town.ana}", {"role": "deputy"}, PATCH),
            ("PATCH", f"contacts/{town.bo}", {"role": "coordinator"}, PATCH),
            ("DELETE", f"contacts/{town.ana}", None, {}),
            ("POST", f"contacts/{town.ana}/erase", {"reason": "I say so."}, {}),
            ("POST", "contacts", of_city | {"name": "Cy", "email": EVIL, "role": "coordinator"}, {}),
            ("POST", "handovers", of_city | {"name": "Cy", "email": EVIL, "predecessor_becomes": "gone"}, {}),
            ("POST", f"cities/{town.city_id}/withdraw?erase_contacts=true", None, {}),
            ("POST", f"cities/{town.city_id}/merge", {"duplicate_id": town.city_id}, {}),
            ("POST", "imports?kind=cities", None, {}),
        )
        for method, path, body, more in tries:
            answer = await thief.request(method, f"/registry/v1/{path}", json=body, headers=token | more)
            assert answer.status_code in (403, 409), (path, answer.status_code, answer.text)
        (change,) = [
            each
            for each in (
                await thief.get("/registry/v1/contact-changes", params={"member_id": town.city_id}, headers=token)
            ).json()["items"]
            if each["status"] == "waiting"
        ]
        for act in ("consent", "call", "decide"):
            body = {"decision": "make", "reason": "I say so."} if act == "decide" else {}
            answer = await thief.post(
                f"/registry/v1/contact-changes/{change['change_id']}/{act}", json=body, headers=token
            )
            assert answer.status_code in (403, 409), (act, answer.text)
        assert (await town.people()) == {ANA: "coordinator", BO: "deputy"}

        # the coordinator is mailed, and stops it by the link; a program that follows links does nothing
        secret = await town.mailed(r"/contact-change/([\w-]+)", ANA)
        for _ in range(2):
            page = await stranger.get(f"/contact-change/{secret}")
            assert "Nothing has changed yet." in page.text
        called = await stranger.post(
            f"/contact-change/{secret}", data=form_of(page) | {"do": "call", "words": "I have not left."}
        )
        assert "The change is stopped." in called.text

        # staff refuses; the thief cannot start again, and the coordinator, who still signs in, erases it at once
        async with town.browser(9, **STAFF) as office:
            (waits,) = (await office.get("/registry/v1/contact-changes")).json()["items"]
            assert (waits["status"], waits["words"]) == ("called", "I have not left.")
            decision = {"decision": "refuse", "reason": "She has not left."}
            decided = await office.post(f"/registry/v1/contact-changes/{waits['change_id']}/decide", json=decision)
            assert decided.json()["status"] == "refused"
        again = await thief.delete(f"/registry/v1/contacts/{town.ana}", headers=token)
        assert again.status_code == 409
        await town.mailed(r"(She has not left)", ANA)
        await town.sign_in(owner, ANA)
        page = await owner.get(f"/me/contacts/{town.bo}/erase")
        assert (await owner.post(f"/me/contacts/{town.bo}/erase", data=form_of(page))).status_code == 303
        assert (await town.people()) == {ANA: "coordinator"}
        await town.mailed(r"(erased you as deputy)", BO)
        gone = await thief.get("/registry/v1/contacts", params={"member_id": town.city_id}, headers=token)
        assert gone.status_code in (401, 403)
