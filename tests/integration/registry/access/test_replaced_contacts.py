"""Nobody is replaced silently: who changes somebody else's contact, when it counts, and who is mailed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from isopolity.contracts.registry import ConfirmationRequested
from isopolity.registry.entrypoints.due_tasks import make_all_due
from tests.support.registry.access import add_contact, holder, signed_in
from tests.support.registry.service import CONTACT, WHY, RegistryUnderTest, open_under_test, staff
from tests.support.registry.town import CHANGES, CONTACTS, DEPUTY, MAILER, Town, town
from tests.support.shared.relays import Moving


@pytest.fixture
def clock() -> Moving:
    return Moving(datetime.now(UTC))


@pytest.fixture
async def timed(url: str, tmp_path: Path, clock: Moving) -> AsyncIterator[RegistryUnderTest]:
    async with open_under_test(url, tmp_path, clock=clock) as opened:
        yield opened


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


async def audited(registry: RegistryUnderTest, contact_id: str) -> set[str]:
    """What the contact did by a mailed link, as the audit names it."""
    entries = (await registry.client.get("/registry/v1/audit", headers=staff())).json()["items"]
    return {one["action"] for one in entries if (one["actor_kind"], one["actor"]) == ("contact", contact_id)}


async def test_the_person_calls_staff_by_its_mail_and_staff_refuses(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    await registry.client.delete(f"{CONTACTS}/{here.coordinator}", headers=here.thief)
    (mail,) = await here.mails()
    linked = (await here.post("/look", {"secret": mail["secret"]})).json()
    assert (linked["status"], linked["is_called"], linked["may_consent"]) == ("waiting", False, True)
    assert (await here.post("/call-by-link", {"secret": mail["secret"], "words": "I am here."})).status_code == 204
    desk = (await registry.client.get(CHANGES, headers=staff())).json()["items"]
    assert [(one["status"], one["called_by"], one["words"]) for one in desk] == [("called", "person", "I am here.")]
    assert await audited(registry, here.coordinator) == {"contact-changes.call-by-link"}
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
    assert (await here.post("/consent-by-link", {"secret": mail["secret"]})).status_code == 204
    assert await here.people() == {"new@city.example": "coordinator", DEPUTY: "deputy"}
    assert await audited(registry, here.coordinator) == {"contact-changes.consent-by-link"}
    (told,) = await here.mails()
    assert (told["email"], told["notice"]["stage"], told["notice"]["ground"]) == (CONTACT["email"], "made", "consent")
    assert (await here.post("/consent-by-link", {"secret": mail["secret"]})).status_code == 410


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


async def test_a_mail_that_is_late_names_no_day_that_is_over(timed: RegistryUnderTest, clock: Moving) -> None:
    here = await town(timed)
    second = await add_contact(timed, here.city_id, email="cy@city.example", role="coordinator", name="Cy")
    await signed_in(timed, "cy@city.example")
    await here.mails()
    known = len(await timed.events())
    await timed.client.delete(f"{CONTACTS}/{second}", headers=here.thief)
    asked = [each.data for each in (await timed.events())[known:] if isinstance(each.data, ConfirmationRequested)]
    letters = [f"/registry/v1/letters/{data.confirmation_id}/issue" for data in asked]
    for _ in range(2):
        written = [(await timed.client.post(letter, headers=MAILER)).json() for letter in reversed(letters)]
        days = {each["notice"]["to"]: each["valid_until"] for each in written}
        assert days["main"] is None, "the day is not known until the person is reached"
        assert datetime.fromisoformat(days["person"]) > clock.now
        clock.now += timedelta(days=8)


async def _made(registry: RegistryUnderTest) -> int:
    context = registry.app.state.registry
    return await make_all_due(context.unit_of_work, context.surroundings)


async def test_a_merger_mails_who_moved_and_the_main_contact_of_the_kept_member(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    moved = CONTACT | {"email": "mo@city.example", "name": "Mo Holm"}
    double = await registry.add_city(geonames_id=77, name="Double", contact=moved)
    await here.mails()
    merging = f"/registry/v1/cities/{here.city_id}/merge"
    merged = await registry.client.post(merging, json={"duplicate_id": double, "confirmed": True}, headers=staff())
    assert merged.status_code == 200
    told = {mail["email"]: (mail["notice"]["what"], mail["notice"]["to"]) for mail in await here.mails()}
    assert told == {"mo@city.example": ("entered", "person"), CONTACT["email"]: ("imported", "main")}


async def test_staff_that_erases_with_a_withdrawal_mails_each(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    leaving = f"/registry/v1/cities/{here.city_id}/withdraw?erase_contacts=true"
    assert (await registry.client.post(leaving, headers=staff())).status_code == 200
    told = {mail["email"]: (mail["notice"]["what"], mail["notice"]["by_office"]) for mail in await here.mails()}
    assert told == {CONTACT["email"]: ("erased", True), DEPUTY: ("erased", True)}


async def test_who_is_handed_over_by_staff_is_mailed_at_the_address_it_had(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    body = {"member_kind": "city", "member_id": here.city_id, "name": "Cy", "email": "cy@city.example"}
    body |= {"predecessor_id": here.coordinator, "predecessor_becomes": "gone"}
    begun = await registry.client.post("/registry/v1/handovers", json=body | WHY, headers=staff())
    issue = f"/registry/v1/confirmations/{begun.json()['handover_id']}/issue"
    secret = (await registry.client.post(issue, headers=MAILER)).json()["secret"]
    assert (await registry.client.post("/registry/v1/handovers/confirm", json={"secret": secret})).status_code == 200
    (mail,) = await here.mails()
    assert (mail["email"], mail["notice"]["what"], mail["notice"]["by_office"]) == (CONTACT["email"], "erased", True)


_HEADING = "kind,name,country,geonames_id,contact_role,contact_name,contact_email\n"


async def imported(here: Town, *person: str, **more: Any) -> Any:
    """Import the city with this contact; returns what was said."""
    city = (await here.registry.client.get(f"/registry/v1/cities/{here.city_id}", headers=staff())).json()
    row = ",".join(("city", city["name"], city["country"], str(city["geonames_id"]), *person))
    answer = await here.registry.import_file("cities", _HEADING + row + "\n", **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_import_enters_beside_and_tells_the_main_contact_once(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    await imported(here, "coordinator", "Cy Carr", "cy@city.example")
    assert await here.people() == {CONTACT["email"]: "coordinator", DEPUTY: "deputy", "cy@city.example": "coordinator"}
    (mail,) = await here.mails()
    assert (mail["email"], mail["notice"]["what"]) == (CONTACT["email"], "imported")
    assert mail["notice"]["people"] == [{"name": "Cy Carr", "what": "entered", "role": "coordinator"}]


async def test_an_import_that_would_demote_a_coordinator_waits_and_it_is_mailed(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    await imported(here, "approver", CONTACT["name"], CONTACT["email"])
    assert (await here.people())[CONTACT["email"]] == "coordinator"
    (mail,) = await here.mails()
    assert (mail["email"], mail["notice"]["stage"], mail["notice"]["by_office"]) == (CONTACT["email"], "waits", True)
    await imported(here, "approver", CONTACT["name"], CONTACT["email"])
    assert await here.mails() == []


async def test_the_preview_of_an_import_says_what_becomes_of_both(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    city = (await registry.client.get(f"/registry/v1/cities/{here.city_id}", headers=staff())).json()
    row = f"city,{city['name']},{city['country']},{city['geonames_id']},coordinator,Cy Carr,cy@city.example\n"
    options: dict[str, Any] = {"params": {"kind": "cities"}, "content": _HEADING + row, "headers": staff()}
    read = (await registry.client.post("/registry/v1/prepared-imports", **options)).json()
    rows = await registry.client.get(f"/registry/v1/prepared-imports/{read['import_id']}/rows", headers=staff())
    told = {each["column"]: (each["before"], each["after"]) for each in rows.json()["items"][0]["changes"]}
    both = "Ana Prado (coordinator); Bo Berg (deputy)"
    assert told["contacts"] == (both, f"{both}; Cy Carr (coordinator)")
    assert told["mails go to"] == ("Ana Prado", "Ana Prado")


async def test_the_preview_of_an_import_says_that_a_coordinator_is_asked_first(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    city = (await registry.client.get(f"/registry/v1/cities/{here.city_id}", headers=staff())).json()
    person = f"approver,{CONTACT['name']},{CONTACT['email']}"
    row = f"city,{city['name']},{city['country']},{city['geonames_id']},{person}\n"
    options: dict[str, Any] = {"params": {"kind": "cities"}, "content": _HEADING + row, "headers": staff()}
    read = (await registry.client.post("/registry/v1/prepared-imports", **options)).json()
    rows = await registry.client.get(f"/registry/v1/prepared-imports/{read['import_id']}/rows", headers=staff())
    (told,) = rows.json()["items"]
    assert told["state"] == "changed"
    assert [(each["column"], each["before"]) for each in told["changes"]] == [("contact_role", "coordinator")]
    assert told["changes"][0]["after"].startswith("approver: Ana Prado is asked first")
    assert await here.mails() == [], "a preview asks nobody"
    done = await imported(here, "approver", CONTACT["name"], CONTACT["email"])
    assert (done["revised"], done["unchanged"]) == (1, 0)
