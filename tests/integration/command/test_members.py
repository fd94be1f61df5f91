"""`isopolity members` and `contacts` against a registry: found by name, decided, edited, taken out."""

from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from isopolity.command.failure import ExitCode
from tests.support.hosting.registry_behind import OTHERS, run
from tests.support.registry.applications import apply, apply_and_confirm
from tests.support.registry.service import CONTACT, RegistryUnderTest, staff

CITIES = "/registry/v1/cities"


def city(portal: BlockingPortal, registry: RegistryUnderTest, city_id: str) -> dict[str, Any]:
    """The city as staff reads it."""

    async def read() -> dict[str, Any]:
        return dict((await registry.client.get(f"{CITIES}/{city_id}", headers=staff())).json())

    return portal.call(read)


def test_applicant_is_found_and_what_to_do_is_said(portal: BlockingPortal, registry: RegistryUnderTest) -> None:
    application = portal.call(apply_and_confirm, registry)
    told = f"São Leopoldo (BR) has applied; admit it with `isopolity members endorse {application}`."
    listed = run("members", "list", "--text", "leopoldo")
    assert "No member fits" in listed.stdout
    assert listed.stderr.strip() == told
    assert run("suggest", "sao leopoldo").stderr.strip() == told
    shown = run("members", "show", "São Leopoldo")
    assert CONTACT["email"] in shown.stdout
    assert shown.stderr.strip() == told
    endorsed = run("members", "endorse", "sao leopoldo")
    assert "São Leopoldo is a new member. Its id is" in endorsed.stdout
    assert run("members", "list", "--text", "leopoldo").stderr == ""


def test_applicant_who_has_not_confirmed_is_told_apart(portal: BlockingPortal, registry: RegistryUnderTest) -> None:
    portal.call(apply, registry)
    assert "has not confirmed its address yet" in run("members", "show", "leopoldo").stderr
    assert run("members", "endorse", "leopoldo").exit_code == ExitCode.WRONG


def test_refusal_asks_first_and_deletes_who_applied(portal: BlockingPortal, registry: RegistryUnderTest) -> None:
    application = portal.call(apply_and_confirm, registry)
    asked = run("members", "refuse", "leopoldo", "--reason", "duplicate")
    refused = run("members", "refuse", "leopoldo", "--reason", "duplicate", "--yes")
    assert asked.exit_code == ExitCode.USAGE
    assert "pass --yes" in asked.stderr
    assert "São Leopoldo (BR) is declined" in refused.stdout
    assert CONTACT["email"] not in run("applications", "show", application).stdout


def test_member_that_staff_entered_is_not_refused_but_withdrawn(
    portal: BlockingPortal, registry: RegistryUnderTest
) -> None:
    city_id = portal.call(registry.add_city)
    assert "isopolity members withdraw" in run("members", "refuse", city_id, "--reason", "other", "--yes").stderr
    asked = run("members", "withdraw", "leopoldo")
    assert "Take São Leopoldo (BR) out of the network? It has nothing open that would end." in asked.stderr
    assert city(portal, registry, city_id)["status"] == "endorsed"
    assert "has left the network" in run("members", "withdraw", "leopoldo", "--yes").stdout
    assert city(portal, registry, city_id)["status"] == "withdrawn"
    assert run("why", "leopoldo", "leopoldo").stderr.strip() == "São Leopoldo (BR) has left the network."


def test_profile_is_edited_by_fields_and_the_changes_are_printed(
    portal: BlockingPortal, registry: RegistryUnderTest
) -> None:
    city_id = portal.call(registry.add_city)
    done = run("members", "edit", "leopoldo", "population=217000", 'languages=["pt", "de"]', "geonames_id=")
    assert done.exit_code == 0, done.stderr
    assert "217000" in done.stdout
    known = city(portal, registry, city_id)
    assert (known["population"], known["languages"], known["geonames_id"]) == (217000, ["pt", "de"], None)
    assert "Nothing was changed" in run("members", "edit", "leopoldo", "population=217000").stdout


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("population=84.000", "population: 84.000 can be read in two ways; write 84000 or 84.0."),
        ("latitude=8,125", "latitude: 8,125 can be read in two ways; write 8125 or 8.1250."),
        ("population=1,234,567", "population: 1,234,567 can be read in two ways; write 1234567."),
        ("population", "Write what to change as FIELD=VALUE, not “population”."),
        ("needs=[x", "needs: write a list or an object as JSON"),
    ],
)
def test_value_that_is_unclear_changes_nothing(
    portal: BlockingPortal, registry: RegistryUnderTest, written: str, told: str
) -> None:
    city_id = portal.call(registry.add_city)
    before = city(portal, registry, city_id)
    done = run("members", "edit", "leopoldo", written)
    assert done.exit_code == ExitCode.USAGE
    assert done.stderr.startswith(told)
    assert city(portal, registry, city_id) == before


def test_two_entries_of_a_city_are_merged_by_name(portal: BlockingPortal, registry: RegistryUnderTest) -> None:
    async def two() -> list[str]:
        return [await registry.add_city(name=f"Leopoldo {n}", geonames_id=n, web=None) for n in (1, 2)]

    kept, double = portal.call(two)
    run("members", "edit", "leopoldo 2", "web=https://leopoldo.example")
    assert "name both by their ids" in run("members", "merge", "leopoldo 1", "leopoldo 1").stderr
    asked = run("members", "merge", "leopoldo 1", "leopoldo 2")
    assert asked.exit_code == ExitCode.USAGE
    assert asked.stderr.startswith("Merge Leopoldo 2 (BR) into Leopoldo 1 (BR)?")
    done = run("members", "merge", "leopoldo 1", "leopoldo 2", "--yes")
    assert kept in done.stdout
    assert city(portal, registry, kept)["web"] == "https://leopoldo.example"
    assert city(portal, registry, double)["status"] == "withdrawn"


def test_contacts_are_named_changed_and_erased(portal: BlockingPortal, registry: RegistryUnderTest) -> None:
    city_id = portal.call(registry.add_city)

    async def read() -> list[dict[str, str]]:
        answer = await registry.client.get("/registry/v1/contacts", params={"member_id": city_id}, headers=staff())
        return list(answer.json()["items"])

    def listed() -> list[dict[str, str]]:
        return portal.call(read)

    assert "It has no contact" in run("contacts", "list", "leopoldo").stdout
    added = run("contacts", "add", "leopoldo", "--name", "Ana Prado", "--email", "ana@city.example", "--language", "pt")
    (contact,) = listed()
    assert contact["contact_id"] in added.stdout
    assert "ana@city.example" in run("contacts", "list", "leopoldo").stdout
    unsaid = run("contacts", "edit", contact["contact_id"], "role=deputy")
    assert unsaid.exit_code != 0
    assert "Say why" in unsaid.stderr
    edited = run("contacts", "edit", contact["contact_id"], "role=deputy", "--reason", "She asked for it.")
    assert "deputy" in edited.stdout
    assert listed()[0]["role"] == "deputy"
    assert run("contacts", "erase", contact["contact_id"]).exit_code == ExitCode.USAGE
    assert run("contacts", "erase", contact["contact_id"], "--yes").exit_code == 0
    assert listed() == []


def test_a_merger_with_losses_needs_their_acceptance_beside_a_yes(
    portal: BlockingPortal, registry: RegistryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def two() -> list[str]:
        return [await registry.add_city(name=f"Leopoldo {n}", geonames_id=n, web=None) for n in (1, 2)]

    _, double = portal.call(two)
    lost = [{"what": "proposal", "identifier": "1", "reason": "both-in-it", "other": "Leopoldo 1", "until": None}]
    monkeypatch.setitem(OTHERS, "merger", OTHERS["merger"] | {"lost": lost})
    merging = ("members", "merge", "leopoldo 1", "leopoldo 2", "--yes")
    refused = run(*merging)
    assert refused.exit_code == ExitCode.USAGE
    assert "the proposal with Leopoldo 1 is between the two. Pass --accept-losses, too" in refused.stderr
    assert city(portal, registry, double)["status"] == "endorsed"
    assert run(*merging, "--accept-losses").exit_code == 0
    assert city(portal, registry, double)["status"] == "withdrawn"
