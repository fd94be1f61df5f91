"""Nobody is replaced silently: who changes somebody else's contact, when it counts, and who is mailed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from isopolity.contracts.registry import ConfirmationRequested
from isopolity.registry.entrypoints.contact_changes_due import make_all_due
from isopolity.registry.entrypoints.http.merge_patch import MERGE_PATCH
from tests.support.registry.access import add_contact, holder, signed_in
from tests.support.registry.service import CONTACT, WHY, RegistryUnderTest, bearer, open_under_test, staff
from tests.support.shared.retention import Moving

CONTACTS = "/registry/v1/contacts"
CHANGES = "/registry/v1/contact-changes"
MAILER = bearer("contacts:read")
DEPUTY = "dep@city.example"


@pytest.fixture
def clock() -> Moving:
    return Moving(datetime.now(UTC))


@pytest.fixture
async def timed(url: str, tmp_path: Path, clock: Moving) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path, clock=clock) as opened:
        yield opened


class Town:
    """A city with a coordinator and a deputy, who has signed in and is not who it seems."""

    def __init__(self, registry: RegistryUnderTest, city_id: str, coordinator: str, deputy: str, thief: Any) -> None:
        self.registry, self.city_id, self.coordinator, self.deputy = registry, city_id, coordinator, deputy
        self.thief = holder(thief)

    async def patch(self, contact_id: str, headers: dict[str, str], **changes: Any) -> httpx.Response:
        """Change a contact at whatever version it is."""
        patching = headers | {"Content-Type": MERGE_PATCH, "If-Match": "*"}
        return await self.registry.client.patch(f"{CONTACTS}/{contact_id}", json=changes, headers=patching)

    async def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        """Post below the changes of contacts."""
        return await self.registry.client.post(f"{CHANGES}{path}", json=body, headers=headers)

    async def people(self) -> dict[str, str]:
        """The roles of the contacts by their addresses."""
        found = await self.registry.client.get(CONTACTS, params={"member_id": self.city_id}, headers=staff())
        return {each["email"]: each["role"] for each in found.json()["items"]}

    async def changes(self) -> list[dict[str, Any]]:
        """What waits or was made of late."""
        found = await self.registry.client.get(CHANGES, params={"member_id": self.city_id}, headers=staff())
        return list(found.json()["items"])

    async def mails(self, outcome: str = "sent") -> list[dict[str, Any]]:
        """The letters about contacts that wait, written and out; each only once."""
        found = []
        for event in await self.registry.events():
            if isinstance(event.data, ConfirmationRequested) and event.data.about == "contact-change":
                place = f"/registry/v1/letters/{event.data.confirmation_id}"
                letter = await self.registry.client.post(f"{place}/issue", headers=MAILER)
                if letter.status_code == 200:
                    await self.registry.client.post(f"{place}/forget", json={"outcome": outcome}, headers=MAILER)
                    found.append(letter.json())
        return found


async def town(registry: RegistryUnderTest) -> Town:
    """A city whose contacts are confirmed, since they have signed in; nothing is left to be mailed."""
    city_id = await registry.add_city(contact=CONTACT)
    deputy = await add_contact(registry, city_id, email=DEPUTY, role="deputy", name="Bo Berg")
    coordinator = (await signed_in(registry))["account_id"]
    made = Town(registry, city_id, coordinator, deputy, await signed_in(registry, DEPUTY))
    await made.mails()
    return made


@pytest.mark.parametrize("change", [{"email": "thief@evil.example"}, {"role": "deputy"}, {"role": "approver"}, None])
async def test_a_deputy_replaces_demotes_and_erases_no_coordinator_at_once(
    registry: RegistryUnderTest, change: dict[str, str] | None
) -> None:
    here = await town(registry)
    if change is None:
        answer = await registry.client.delete(f"{CONTACTS}/{here.coordinator}", headers=here.thief)
    else:
        answer = await here.patch(here.coordinator, here.thief, **change)
    assert (answer.status_code, answer.json()["status"]) == (202, "waiting")
    assert await here.people() == {CONTACT["email"]: "coordinator", DEPUTY: "deputy"}
    (mail,) = await here.mails()
    assert (mail["email"], mail["notice"]["to"], mail["notice"]["stage"]) == (CONTACT["email"], "person", "waits")
    assert (mail["notice"]["by_name"], mail["notice"]["by_role"]) == ("Bo Berg", "deputy")
    assert mail["secret"]
    assert mail["valid_until"]


async def test_entering_the_coordinators_address_again_does_not_demote_it(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    body = CONTACT | {"role": "approver", "member_kind": "city", "member_id": here.city_id}
    answer = await registry.client.post(CONTACTS, json=body, headers=here.thief)
    assert answer.status_code == 202
    assert (await here.people())[CONTACT["email"]] == "coordinator"


async def test_only_a_coordinator_names_another(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    assert (await here.patch(here.deputy, here.thief, role="coordinator")).status_code == 409
    body = CONTACT | {"email": "x@evil.example", "member_kind": "city", "member_id": here.city_id}
    assert (await registry.client.post(CONTACTS, json=body, headers=here.thief)).status_code == 409
    owner = holder(await signed_in(registry))
    assert (await here.patch(here.deputy, owner, role="coordinator")).status_code == 200


async def test_who_started_a_change_cannot_keep_it_in(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    change_id = (await registry.client.delete(f"{CONTACTS}/{here.coordinator}", headers=here.thief)).json()["change_id"]
    assert (await here.post(f"/{change_id}/consent", {}, here.thief)).status_code == 409
    assert (await here.post(f"/{change_id}/call", {}, here.thief)).status_code == 409
    more = {"member_kind": "city", "member_id": here.city_id, "name": "Cy", "email": "cy@evil.example"}
    assert (await registry.client.post(CONTACTS, json=more | {"role": "deputy"}, headers=here.thief)).status_code == 201
    accomplice = holder(await signed_in(registry, "cy@evil.example"))
    assert (await here.post(f"/{change_id}/consent", {}, accomplice)).status_code == 409
    assert (await here.patch(here.deputy, accomplice, role="coordinator")).status_code == 409
    assert (await registry.client.delete(f"{CONTACTS}/{here.coordinator}", headers=accomplice)).status_code == 409
    withdrawn = await registry.client.post(
        f"/registry/v1/cities/{here.city_id}/withdraw?erase_contacts=true", headers=here.thief
    )
    assert withdrawn.status_code == 409
    owner = holder(await signed_in(registry))
    assert (await registry.client.delete(f"{CONTACTS}/{here.deputy}", headers=owner)).status_code == 204
    assert [one["status"] for one in await here.changes() if one["contact_id"] == here.coordinator] == []
    assert (await here.people())[CONTACT["email"]] == "coordinator"


async def test_the_person_calls_staff_by_its_mail_and_staff_refuses(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    await registry.client.delete(f"{CONTACTS}/{here.coordinator}", headers=here.thief)
    (mail,) = await here.mails()
    linked = (await here.post("/look", {"secret": mail["secret"]})).json()
    assert (linked["status"], linked["is_called"], linked["may_consent"]) == ("waiting", False, True)
    assert (await here.post("/call", {"secret": mail["secret"], "words": "I am here."})).status_code == 204
    desk = (await registry.client.get(CHANGES, headers=staff())).json()["items"]
    assert [(one["status"], one["called_by"], one["words"]) for one in desk] == [("called", "person", "I am here.")]
    assert (await registry.client.get(CHANGES, headers=here.thief)).status_code == 422
    taken_back = await registry.client.delete(f"{CHANGES}/{desk[0]['change_id']}", headers=here.thief)
    assert taken_back.status_code == 409
    decided = await here.post(f"/{desk[0]['change_id']}/decide", {"decision": "refuse"}, staff())
    assert decided.status_code == 422
    decision = {"decision": "refuse", "reason": "She has not left."}
    assert (await here.post(f"/{desk[0]['change_id']}/decide", decision, staff())).json()["status"] == "refused"
    again = await registry.client.delete(f"{CONTACTS}/{here.coordinator}", headers=here.thief)
    assert again.status_code == 409
    assert "refused" in again.json()["detail"]
    assert (await here.patch(here.coordinator, here.thief, role="approver")).status_code == 409
    (told,) = await here.mails()
    assert (told["notice"]["stage"], told["words"]) == ("refused", "She has not left.")


async def test_consent_by_the_link_makes_it_at_once(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    await here.patch(here.coordinator, here.thief, email="new@city.example", name="Cy Carr")
    (mail,) = await here.mails()
    assert (mail["notice"]["new_name"], mail["notice"]["new_email"]) == ("Cy Carr", "new@city.example")
    assert (await here.post("/consent", {"secret": mail["secret"]})).status_code == 204
    assert await here.people() == {"new@city.example": "coordinator", DEPUTY: "deputy"}
    (told,) = await here.mails()
    assert (told["email"], told["notice"]["stage"], told["notice"]["ground"]) == (CONTACT["email"], "made", "consent")
    assert (await here.post("/consent", {"secret": mail["secret"]})).status_code == 410


async def test_ones_own_acts_never_wait(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    owner = holder(await signed_in(registry))
    assert (await here.patch(here.coordinator, owner, name="Ana P.")).status_code == 200
    assert await here.mails() == []
    assert (await here.patch(here.coordinator, owner, role="deputy")).status_code == 200
    owner = holder(await signed_in(registry))
    assert (await registry.client.delete(f"{CONTACTS}/{here.coordinator}", headers=owner)).status_code == 204
    assert await here.mails() == []


async def test_a_coordinator_erases_a_deputy_at_once_and_who_is_erased_is_mailed(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    owner = holder(await signed_in(registry))
    assert (await registry.client.delete(f"{CONTACTS}/{here.deputy}", headers=owner)).status_code == 204
    told = {mail["email"]: mail["notice"] for mail in await here.mails()}
    assert set(told) == {DEPUTY, CONTACT["email"]}
    assert (told[DEPUTY]["what"], told[DEPUTY]["by_name"], told[DEPUTY]["person"]) == ("erased", "Ana Prado", "Bo Berg")


async def test_staff_says_why_and_the_audit_has_it(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    assert (await here.patch(here.coordinator, staff(), role="deputy")).status_code == 422
    refused = await registry.client.delete(f"{CONTACTS}/{here.coordinator}", headers=staff())
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/reason")
    assert (await here.patch(here.coordinator, staff(), role="deputy", **WHY)).status_code == 200
    (mail,) = await here.mails()
    assert (mail["email"], mail["notice"]["by_office"], mail["notice"]["what"]) == (CONTACT["email"], True, "demoted")
    entries = (await registry.client.get("/registry/v1/audit", headers=staff())).json()["items"]
    told = [each for each in entries if each["subject_kind"] == "contact-change"]
    assert [each["details"]["reason"] for each in told] == [WHY["reason"]]
    assert CONTACT["email"] not in str(told)


async def test_its_time_begins_with_the_mail_and_a_mail_that_fails_calls_staff(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    await registry.client.delete(f"{CONTACTS}/{here.coordinator}", headers=here.thief)
    (change,) = [one for one in await here.changes() if one["contact_id"] == here.coordinator]
    assert (change["status"], change["due_at"]) == ("waiting", None)
    await here.mails(outcome="failed")
    assert (await here.changes())[0]["status"] == "called"
    assert (await here.changes())[0]["called_by"] == "undelivered"


async def test_after_three_working_days_without_a_word_it_is_made(timed: RegistryUnderTest, clock: Moving) -> None:
    here = await town(timed)
    await timed.client.delete(f"{CONTACTS}/{here.coordinator}", headers=here.thief)
    (mail,) = await here.mails()
    due = datetime.fromisoformat(mail["valid_until"])
    assert due - clock.now >= timedelta(days=3)
    assert due.astimezone(UTC).hour == 0
    assert await _made(timed) == 0
    clock.now = due
    assert await _made(timed) == 1
    assert await here.people() == {DEPUTY: "deputy"}
    told = await here.mails()
    assert {(one["email"], one["notice"]["ground"]) for one in told} >= {(CONTACT["email"], "time")}


async def _made(registry: RegistryUnderTest) -> int:
    context = registry.app.state.registry
    return await make_all_due(context.unit_of_work, context.surroundings)
