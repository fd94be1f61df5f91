"""Nobody whose mail box is in wrong hands keeps itself in, or throws out what others have started against it."""

from typing import Any

import httpx

from isopolity.registry.application.replacement.acts import AT_ONCE_A_DAY
from tests.support.registry.access import add_contact, holder, signed_in
from tests.support.registry.service import CONTACT, WHY, RegistryUnderTest, staff
from tests.support.registry.town import CHANGES, CONTACTS, DEPUTY, MAILER, Town, town

SECOND = "second@city.example"
HANDOVERS = "/registry/v1/handovers"


async def with_second(registry: RegistryUnderTest) -> tuple[Town, str, dict[str, str], dict[str, str]]:
    """The town; its second coordinator, with the session of both: the first is honest, the second one is not."""
    here = await town(registry)
    second = await add_contact(registry, here.city_id, email=SECOND, role="coordinator", name="Eve Elm")
    owner, thief = holder(await signed_in(registry)), holder(await signed_in(registry, SECOND))
    await here.mails()
    return here, second, owner, thief


async def erase(registry: RegistryUnderTest, contact_id: str, headers: dict[str, str]) -> httpx.Response:
    return await registry.client.delete(f"{CONTACTS}/{contact_id}", headers=headers)


async def waiting(here: Town) -> list[dict[str, Any]]:
    return [one for one in await here.changes() if one["status"] in ("waiting", "called")]


def successor(here: Town, email: str) -> dict[str, Any]:
    of_city = {"member_kind": "city", "member_id": here.city_id}
    return of_city | {"name": "Cy", "email": email, "predecessor_becomes": "deputy"}


async def test_another_role_of_a_coordinator_waits_though_it_is_not_lower(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    owner = holder(await signed_in(registry))
    change = await here.patch(here.coordinator, here.thief, role="programme-officer")
    assert (change.status_code, change.json()["what"]) == (202, "demoted")
    assert (await here.people())[CONTACT["email"]] == "coordinator"
    assert (await registry.client.get(f"{CONTACTS}/{here.coordinator}", headers=owner)).status_code == 200


async def test_who_is_to_be_erased_ends_that_by_no_act_of_its_own(registry: RegistryUnderTest) -> None:
    here, second, owner, thief = await with_second(registry)
    assert (await erase(registry, second, owner)).status_code == 202
    for change in ({"role": "programme-officer"}, {"email": "cy@evil.example"}):
        refused = await here.patch(second, thief, **change)
        assert refused.status_code == 409, (change, refused.text)
    named = successor(here, "cy@evil.example") | {"role": "coordinator"}
    del named["predecessor_becomes"]
    assert (await registry.client.post(CONTACTS, json=named, headers=thief)).status_code == 409
    assert (await here.patch(here.deputy, thief, role="coordinator")).status_code == 409
    handed = await registry.client.post(HANDOVERS, json=successor(here, "cy@evil.example"), headers=thief)
    assert handed.status_code == 409
    assert [one["contact_id"] for one in await waiting(here)] == [second]
    assert (await here.patch(second, thief, name="Eve E.")).status_code == 200
    assert (await erase(registry, second, thief)).status_code == 204


async def test_who_is_to_be_erased_may_step_down(registry: RegistryUnderTest) -> None:
    here, second, owner, thief = await with_second(registry)
    assert (await erase(registry, second, owner)).status_code == 202
    assert (await here.patch(second, thief, role="deputy")).status_code == 200
    assert (await erase(registry, second, owner)).status_code == 204


async def test_a_handover_that_was_started_before_waits_for_the_decision(registry: RegistryUnderTest) -> None:
    here, second, owner, thief = await with_second(registry)
    handed = await registry.client.post(HANDOVERS, json=successor(here, "cy@evil.example"), headers=thief)
    assert handed.status_code == 201, handed.text
    place = f"/registry/v1/confirmations/{handed.json()['handover_id']}/issue"
    issued = await registry.client.post(place, headers=MAILER)
    assert issued.status_code == 200, issued.text
    secret = {"secret": issued.json()["secret"]}
    change_id = (await erase(registry, second, owner)).json()["change_id"]
    assert (await registry.client.post(f"{HANDOVERS}/confirm", json=secret)).status_code == 409
    assert [one["contact_id"] for one in await waiting(here)] == [second]
    await here.post(f"/{change_id}/decide", {"decision": "refuse", **WHY}, staff())
    assert (await registry.client.post(f"{HANDOVERS}/confirm", json=secret)).status_code == 200


async def test_the_other_coordinator_reads_who_follows_by_a_handover(registry: RegistryUnderTest) -> None:
    here, _, _, thief = await with_second(registry)
    handed = await registry.client.post(HANDOVERS, json=successor(here, "cy@evil.example"), headers=thief)
    place = f"/registry/v1/confirmations/{handed.json()['handover_id']}/issue"
    secret = {"secret": (await registry.client.post(place, headers=MAILER)).json()["secret"]}
    assert (await registry.client.post(f"{HANDOVERS}/confirm", json=secret)).status_code == 200
    mails = {mail["email"]: mail["notice"] for mail in await here.mails()}
    assert set(mails) == {CONTACT["email"], SECOND}
    for notice in mails.values():
        assert notice["people"] == [{"name": "Cy", "what": "entered", "role": "coordinator"}]


async def test_a_deputy_ends_no_handover_of_the_coordinator(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    owner = holder(await signed_in(registry))
    handed = await registry.client.post(HANDOVERS, json=successor(here, "cy@city.example"), headers=owner)
    place = f"{HANDOVERS}/{handed.json()['handover_id']}"
    assert (await registry.client.delete(place, headers=here.thief)).status_code == 409
    assert (await registry.client.delete(place, headers=owner)).status_code == 204


async def test_staff_reads_what_the_person_says_whoever_called_before(registry: RegistryUnderTest) -> None:
    here, _, owner, thief = await with_second(registry)
    change_id = (await erase(registry, here.coordinator, thief)).json()["change_id"]
    theirs = {one["notice"]["to"]: one["secret"] for one in await here.mails()}
    assert (await here.post(f"/{change_id}/call", {"words": "Make it."}, thief)).status_code == 409
    bo = holder(await signed_in(registry, DEPUTY))
    assert (await here.post(f"/{change_id}/call", {"words": "Make it."}, bo)).status_code == 409
    more = {"name": "Di", "email": "third@city.example", "role": "coordinator"}
    await add_contact(registry, here.city_id, **more)
    third = holder(await signed_in(registry, more["email"]))
    assert (await here.post(f"/{change_id}/call", {"words": "She has left. Make it."}, third)).status_code == 200
    look = await here.post("/look", {"secret": theirs["person"]})
    assert look.json()["is_called"] is False
    call = {"secret": theirs["person"], "words": "I have not left."}
    assert (await here.post("/call-by-link", call)).status_code == 204
    (desk,) = (await registry.client.get(CHANGES, headers=staff())).json()["items"]
    assert (desk["called_by"], desk["words"]) == ("person", "I have not left.")
    assert (await here.post("/look", {"secret": theirs["person"]})).json()["is_called"] is True
    again = await here.post(f"/{change_id}/call", {"words": "She has left. Make it."}, third)
    assert again.status_code == 200
    (desk,) = (await registry.client.get(CHANGES, headers=staff())).json()["items"]
    assert desk["words"] == "I have not left."
    assert (await here.post(f"/{change_id}/consent", {}, owner)).status_code == 200


async def test_who_is_to_be_replaced_stops_it_by_no_entry_of_the_new_address(registry: RegistryUnderTest) -> None:
    here, second, owner, thief = await with_second(registry)
    new = {"name": "Cy", "email": "cy@city.example"}
    change = await here.patch(second, owner, **new)
    assert change.status_code == 202
    entered = new | {"role": "approver", "member_kind": "city", "member_id": here.city_id}
    assert (await registry.client.post(CONTACTS, json=entered, headers=thief)).status_code == 201
    decision = {"decision": "make", **WHY}
    assert (await here.post(f"/{change.json()['change_id']}/call", {}, thief)).status_code == 200
    assert (await here.post(f"/{change.json()['change_id']}/decide", decision, staff())).status_code == 200
    people = await here.people()
    assert SECOND not in people
    assert people[new["email"]] == "coordinator"


async def test_an_import_does_not_ask_again_for_what_staff_has_refused(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    change_id = (await erase(registry, here.coordinator, here.thief)).json()["change_id"]
    assert (await here.post(f"/{change_id}/decide", {"decision": "refuse", **WHY}, staff())).status_code == 200
    await here.mails()
    city = (await registry.client.get(f"/registry/v1/cities/{here.city_id}", headers=staff())).json()
    heading = "kind,name,country,geonames_id,contact_role,contact_name,contact_email\n"
    about = ("city", city["name"], city["country"], str(city["geonames_id"]), "approver", "Ana", CONTACT["email"])
    answer = await registry.import_file("cities", heading + ",".join(about) + "\n")
    assert answer.status_code == 200, answer.text
    assert await waiting(here) == []
    assert [mail["notice"]["stage"] for mail in await here.mails()] == ["made"]


async def test_a_taken_mail_box_mails_people_only_so_often_in_a_day(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    for turn in range(AT_ONCE_A_DAY):
        answer = await here.patch(here.coordinator, here.thief, language=("pt", "fr")[turn % 2])
        assert answer.status_code == 200
    assert (await here.patch(here.coordinator, here.thief, language="es")).status_code == 429
    entered = {"name": "Cy", "email": "cy@elsewhere.example", "role": "approver"}
    entered |= {"member_kind": "city", "member_id": here.city_id}
    assert (await registry.client.post(CONTACTS, json=entered, headers=here.thief)).status_code == 429
    owner = holder(await signed_in(registry))
    assert (await here.patch(here.deputy, owner, name="Bo B.")).status_code == 200
    assert (await erase(registry, here.deputy, owner)).status_code == 204


async def test_a_coordinator_hears_that_a_deputy_took_the_member_out(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    leaving = f"/registry/v1/cities/{here.city_id}/withdraw"
    assert (await registry.client.post(leaving, headers=here.thief)).status_code == 200
    assert (await registry.client.post(leaving, headers=staff())).status_code == 200
    (mail,) = await here.mails()
    told = (mail["email"], mail["notice"]["what"], mail["notice"]["by_name"])
    assert told == (CONTACT["email"], "withdrawn", "Bo Berg")
    call = {"secret": mail["secret"], "words": "We have not left."}
    assert (await here.post("/call-by-link", call)).status_code == 204
    (desk,) = (await registry.client.get(CHANGES, headers=staff())).json()["items"]
    assert (desk["what"], desk["status"], desk["words"]) == ("withdrawn", "done", "We have not left.")


async def test_who_has_a_new_address_is_not_replaced_before_confirming_it(registry: RegistryUnderTest) -> None:
    here = await town(registry)
    owner = holder(await signed_in(registry))
    assert (await here.patch(here.coordinator, owner, email="ana@new.org")).status_code == 200
    place = f"{CONTACTS}/{here.coordinator}"
    assert (await registry.client.get(place, headers=here.thief)).json()["confirmed"] is False
    for change in ({"email": "thief@evil.org"}, {"role": "deputy"}):
        assert (await here.patch(here.coordinator, here.thief, **change)).status_code == 409
    assert (await erase(registry, here.coordinator, here.thief)).status_code == 409
    assert (await here.patch(here.deputy, here.thief, role="coordinator")).status_code == 409
    leaving = f"/registry/v1/cities/{here.city_id}/withdraw?erase_contacts=true"
    assert (await registry.client.post(leaving, headers=here.thief)).status_code == 409
    assert (await here.patch(here.coordinator, here.thief, name="Ana P.")).status_code == 200
    assert (await here.patch(here.coordinator, staff(), role="deputy")).status_code == 200
