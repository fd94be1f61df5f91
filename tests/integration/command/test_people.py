"""`isopolity people` against a registry: who is staff or operator, and signs in."""

from anyio.from_thread import BlockingPortal

from isopolity.command.failure import ExitCode
from tests.support.hosting.registry_behind import run
from tests.support.registry.access import OFFICE, PEOPLE
from tests.support.registry.service import RegistryUnderTest, bearer


def test_an_operator_lists_adds_and_removes(portal: BlockingPortal, registry: RegistryUnderTest) -> None:
    assert "Nobody is on the list" in run("people", "list").stdout
    mia = ("--name", "Mia Berg", "--email", str(OFFICE["email"]))
    added = run("people", "add", *mia, "--scope", "staff")
    assert "Mia Berg signs in as staff; the id is " in added.stdout
    changed = run("people", "add", *mia, "--scope", "staff", "--scope", "operator")
    assert "signs in as operator and staff" in changed.stdout
    some = run("people", "add", *mia, "--scope", "staff:endorse", "--scope", "operator:read")
    assert "signs in as operator:read and staff:endorse" in some.stdout
    (person,) = portal.call(lambda: registry.client.get(PEOPLE, headers=bearer("operator"))).json()["items"]
    listed = run("people", "list").stdout
    assert (person["email"] in listed, "operator:read staff:endorse" in listed) == (True, True)
    assert run("people", "remove", person["person_id"], "--yes").exit_code == ExitCode.DONE
    again = run("people", "remove", person["person_id"], "--yes")
    assert (again.exit_code, "nobody with this id" in again.stderr) == (ExitCode.WRONG, True)


def test_a_wrong_scope_or_address_is_told(portal: BlockingPortal, registry: RegistryUnderTest) -> None:
    for option, value in (("--scope", "admin"), ("--email", "mia")):
        options = {"--name": "Mia", "--email": "mia@n.example", "--scope": "staff"} | {option: value}
        refused = run("people", "add", *(word for pair in options.items() for word in pair))
        assert refused.exit_code == ExitCode.WRONG
        assert "Traceback" not in refused.stderr
