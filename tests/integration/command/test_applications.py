"""`isopolity applications` and `isopolity changes` against a registry: what staff reads and decides."""

from anyio.from_thread import BlockingPortal

from isopolity.command.failure import ExitCode
from tests.support.hosting.registry_behind import run
from tests.support.registry.applications import APPLICATIONS, CITIES, apply, apply_and_confirm
from tests.support.registry.service import CONTACT, RegistryUnderTest, member, patching, staff


def test_staff_lists_shows_and_endorses(portal: BlockingPortal, registry: RegistryUnderTest) -> None:
    assert "No application fits." in run("applications", "list").stdout
    portal.call(apply, registry)
    application_id = portal.call(apply_and_confirm, registry)
    listed = run("applications", "list").stdout
    assert application_id in listed
    assert "Other open applications for the same member: 1." in listed
    assert CONTACT["email"] in run("applications", "show", application_id).stdout
    done = run("applications", "endorse", application_id)
    assert "São Leopoldo is a new member. Its id is " in done.stdout
    again = run("applications", "endorse", application_id)
    assert (again.exit_code, "has been endorsed already" in again.stderr) == (ExitCode.WRONG, True)


def test_a_member_that_withdrew_comes_back_with_a_flag_only(
    portal: BlockingPortal, registry: RegistryUnderTest
) -> None:
    city_id = portal.call(registry.add_city)
    portal.call(lambda: registry.client.post(f"{CITIES}/{city_id}/withdraw", headers=staff()))
    application_id = portal.call(apply_and_confirm, registry)
    refused = run("applications", "endorse", application_id)
    assert (refused.exit_code, city_id in refused.stderr) == (ExitCode.WRONG, True)
    assert f"Its id is {city_id}." in run("applications", "endorse", application_id, "--reinstate").stdout


def test_staff_refuses_with_a_reason_of_the_list(portal: BlockingPortal, registry: RegistryUnderTest) -> None:
    application_id = portal.call(apply_and_confirm, registry)
    wrong = run("applications", "refuse", application_id, "--reason", "dull")
    assert (wrong.exit_code, "duplicate" in wrong.stderr) == (ExitCode.WRONG, True)
    assert "is declined" in run("applications", "refuse", application_id, "--reason", "duplicate").stdout
    found = portal.call(lambda: registry.client.get(f"{APPLICATIONS}/{application_id}", headers=staff()))
    assert found.json()["contact"] is None


def test_staff_decides_what_members_say(portal: BlockingPortal, registry: RegistryUnderTest) -> None:
    assert "There is nothing to decide." in run("changes", "list").stdout
    city_id, other = portal.call(registry.add_city), portal.call(lambda: registry.add_city(geonames_id=2, name="Łódź"))
    mine = member(city_id)
    change, tie = {"name": "Paris"}, {"city_a": city_id, "city_b": other}
    portal.call(lambda: registry.client.patch(f"{CITIES}/{city_id}", json=change, headers=mine | patching(2)))
    portal.call(lambda: registry.client.post("/registry/v1/twinnings", json=tie, headers=mine))
    listed = run("changes", "list").stdout
    assert "name: São Leopoldo → Paris" in listed
    assert "twinned: São Leopoldo, Łódź" in listed
    assert run("changes", "approve", city_id).exit_code == ExitCode.USAGE
    assert run("changes", "refuse", city_id, "--version", "1").exit_code == ExitCode.DONE
    assert run("changes", "approve", ":".join(sorted((city_id, other)))).exit_code == ExitCode.DONE
    assert "There is nothing to decide." in run("changes", "list").stdout
