"""Each act of staff and members has its entry, written in the transaction of the act, with before and after."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.exc import DBAPIError

from isopolity.persistence.audit import age_audit
from isopolity.registry.adapters.sql.tables import messaging
from tests.support.registry.access import COMMAND, OFFICE, holder, signed_in
from tests.support.registry.applications import apply_and_confirm
from tests.support.registry.commissions import consult, enter, mailed
from tests.support.registry.commissions import post as say
from tests.support.registry.service import (
    CITY,
    CONTACT,
    MERGE_PATCH,
    PARTNER,
    REQUEST,
    WHY,
    RegistryUnderTest,
    bearer,
    member,
    patching,
    staff,
)
from tests.support.shared.acts import ACTS, OF_OPERATORS

AUDIT = messaging.audit
CSV = "kind,name,country,geonames_id\ncity,Aachen,DE,3247449\ncity,Braga,PT,2742032\n"


async def entries(registry: RegistryUnderTest, **query: str) -> list[dict[str, Any]]:
    """The entries of the audit as staff reads them, the oldest first."""
    answer = await registry.client.get("/registry/v1/audit", params={"limit": "500", **query}, headers=staff())
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found[::-1]


async def execute(registry: RegistryUnderTest, statement: Any) -> None:
    """Run a statement on the database, as somebody with the service's own rights could."""
    async with registry.database.writing() as connection:
        await connection.execute(statement)
        await connection.commit()


async def test_an_endorsement_tells_who_did_what_to_whom_and_from_where(registry: RegistryUnderTest) -> None:
    applied = await registry.client.post("/registry/v1/cities", json=CITY, headers=staff())
    city_id = applied.json()["city_id"]
    await registry.client.post(f"/registry/v1/cities/{city_id}/endorse", headers=staff())
    (entry,) = await entries(registry, action="cities.endorse")
    assert {name: entry[name] for name in ("actor_kind", "actor", "action", "subject_kind", "subject_id")} == {
        "actor_kind": "staff",
        "actor": "tester",
        "action": "cities.endorse",
        "subject_kind": "city",
        "subject_id": city_id,
    }
    assert entry["before"] == {"version": 1, "status": "applied"}
    assert entry["after"] == {"version": 2, "status": "endorsed"}
    assert entry["token_id"]
    assert entry["address"] == "127.0.0.1"
    assert entry["correlation_id"]


async def test_a_member_that_changes_its_profile_is_named_with_the_fields_that_differ(
    registry: RegistryUnderTest,
) -> None:
    city_id = await registry.add_city()
    path = f"/registry/v1/cities/{city_id}"
    headers = member(city_id) | patching(int((await registry.client.get(path)).headers["ETag"].strip('"')))
    answer = await registry.client.patch(path, json={"population": 7, "web": None}, headers=headers)
    assert answer.status_code == 200, answer.text
    entry = (await entries(registry, subject=city_id))[-1]
    assert (entry["action"], entry["actor_kind"], entry["member_id"]) == ("cities.change", "member", city_id)
    assert {name: value for name, value in entry["after"].items() if name != "version"} == {"population": 7}
    assert entry["before"].keys() == entry["after"].keys()


async def test_of_contacts_only_the_names_of_fields_are_kept(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    body = CONTACT | {"member_kind": "city", "member_id": city_id}
    contact_id = (await registry.client.post("/registry/v1/contacts", json=body, headers=staff())).json()["contact_id"]
    path = f"/registry/v1/contacts/{contact_id}"
    change = {"name": "Bea Prado", "email": "bea@city.example"}
    await registry.client.patch(path, json=change | WHY, headers=staff() | patching(1))
    await registry.client.delete(path, headers=bearer("member", member_id=city_id, subject=contact_id))
    found = await entries(registry, subject=contact_id)
    assert [(entry["action"], entry["details"]["change"], entry["details"]["fields"]) for entry in found] == [
        ("contacts.create", "added", ["role", "name", "email", "language"]),
        ("contacts.change", "changed", ["name", "email"]),
        ("contacts.delete", "erased", ["role", "name", "email", "language"]),
    ]
    whole = str(await entries(registry))
    assert "Prado" not in whole
    assert "city.example" not in whole


async def test_everything_that_an_act_changes_has_an_entry_under_one_correlation_id(
    registry: RegistryUnderTest,
) -> None:
    city_id = await registry.add_city()
    await registry.client.post("/registry/v1/requests", json=REQUEST | {"city_id": city_id}, headers=staff())
    await registry.client.post(f"/registry/v1/cities/{city_id}/withdraw", headers=member(city_id))
    withdrawal = await entries(registry, action="cities.withdraw")
    assert {entry["subject_kind"] for entry in withdrawal} == {"city", "request"}
    assert len({entry["correlation_id"] for entry in withdrawal}) == 1


async def test_what_is_refused_or_rolled_back_leaves_no_entry(registry: RegistryUnderTest) -> None:
    await registry.add_city()
    before = await entries(registry)
    assert (await registry.client.post("/registry/v1/cities", json=CITY, headers=staff())).status_code == 409
    assert await entries(registry) == before


async def test_strangers_and_services_are_not_audited(registry: RegistryUnderTest) -> None:
    await apply_and_confirm(registry)
    other = {"name": "Elsewhere", "geonames_id": 99, "contact": CONTACT}
    answer = await registry.client.post("/registry/v1/cities", json=CITY | other, headers=bearer("contacts:read"))
    assert answer.status_code == 202
    assert await entries(registry) == []


@pytest.mark.parametrize("decision", ["endorse", "refuse"])
async def test_a_decided_application_is_entered_without_its_person(registry: RegistryUnderTest, decision: str) -> None:
    application_id = await apply_and_confirm(registry)
    body = {"reason": "other"} if decision == "refuse" else None
    path = f"/registry/v1/applications/{application_id}/{decision}"
    assert (await registry.client.post(path, json=body, headers=staff())).is_success
    found = await entries(registry, action=f"applications.{decision}")
    (entry,) = (each for each in found if each["subject_kind"] == "application")
    assert (entry["subject_id"], entry["before"]["status"]) == (application_id, "confirmed")
    assert {"status", "decided_at"} <= entry["after"].keys()
    assert all(value not in str(found) for value in (CONTACT["name"], CONTACT["email"], "secret_digest"))


async def test_an_import_is_one_entry_and_one_for_each_member_that_it_revised(registry: RegistryUnderTest) -> None:
    await registry.import_file("cities", CSV)
    await registry.import_file("cities", CSV.replace("Aachen", "Bad Aachen"), dry_run=True)
    await registry.import_file("cities", CSV.replace("Aachen", "Bad Aachen"))
    first, revised, second = await entries(registry, action="imports.create")
    assert (first["subject_kind"], first["details"]["created"]) == ("import", 2)
    assert len(first["subject_id"]) == 64
    assert (revised["subject_kind"], revised["after"]["name"]) == ("city", "Bad Aachen")
    assert second["details"]["revised"] == 1
    entered = await entries(registry, action="cities.create")
    assert [(each["after"], each["details"]) for each in entered] == [
        ({"name": name, "status": "applied"}, {"by": "imports.create"}) for name in ("Aachen", "Braga")
    ]


async def test_an_import_tells_which_members_it_endorsed_and_whose_contacts_it_named(
    on_sqlite: RegistryUnderTest,
) -> None:
    await on_sqlite.import_file("cities", CSV)
    named = CSV.replace("geonames_id\n", "geonames_id,contact_name,contact_email\n").replace(
        "9\n", "9,Ana,ana@a.example\n"
    )
    await on_sqlite.import_file("cities", named.replace("2\n", "2,,\n"), endorse=True)
    endorsed = await entries(on_sqlite, action="cities.endorse")
    assert [(each["before"]["status"], each["after"]["status"]) for each in endorsed] == [("applied", "endorsed")] * 2
    (contact,) = await entries(on_sqlite, action="contacts.create")
    assert contact["details"]["member_id"] in {each["subject_id"] for each in endorsed}
    assert "ana@a.example" not in str(contact)


async def test_an_import_that_was_looked_at_is_one_entry_when_it_is_done(registry: RegistryUnderTest) -> None:
    read = await registry.client.post("/registry/v1/prepared-imports?kind=cities", content=CSV, headers=staff())
    place = f"/registry/v1/prepared-imports/{read.json()['import_id']}"
    await registry.client.post(f"{place}/take", json={"shown": read.json()["shown"]}, headers=staff())
    (looked,) = await entries(registry, action="prepared-imports.create")
    assert (looked["subject_kind"], looked["details"]) == ("import", {"kind": "cities", "rows": 2, "invalid": 0})
    (done,) = await entries(registry, action="prepared-imports.take")
    assert (done["subject_id"], done["details"]["created"]) == (looked["subject_id"], 2)


async def test_an_act_that_changed_nothing_has_an_entry_that_names_what_its_path_names(
    registry: RegistryUnderTest,
) -> None:
    city_id = await registry.add_city()
    await registry.client.post(f"/registry/v1/cities/{city_id}/endorse", headers=staff())
    (entry,) = await entries(registry, action="cities.endorse")
    assert (entry["subject_kind"], entry["subject_id"]) == ("city", city_id)
    assert entry["before"] is entry["after"] is None


@pytest.mark.parametrize("scope", ["operator", "member", "contacts:read", None])
async def test_the_audit_is_for_staff(on_sqlite: RegistryUnderTest, scope: str | None) -> None:
    headers = bearer(scope) if scope else {}
    assert (await on_sqlite.client.get("/registry/v1/audit", headers=headers)).status_code in (401, 403)


async def test_operators_read_what_operators_did_with_names_and_nothing_of_others(
    on_sqlite: RegistryUnderTest,
) -> None:
    http, reader = on_sqlite.client, bearer("operator:read", subject="ada")
    await on_sqlite.add_city()
    by_operator = bearer("operator", subject="ada") | {"X-Forwarded-For": "192.0.2.7"}
    assert (await http.post("/registry/v1/revocations", json={"subject": "x"}, headers=by_operator)).is_success
    person = (await http.post("/registry/v1/people", json=OFFICE, headers=COMMAND)).json()["person_id"]
    found = (await http.get("/registry/v1/audit/operators", headers=reader)).json()["items"]
    assert [(each["action"], each["actor"]) for each in found][1:] == [("revocations.create", "ada")]
    assert {each["actor_kind"] for each in found} == {"operator"}
    assert not [each for each in found if each["address"] or each["token_id"]]
    names = await http.get("/registry/v1/people/names", headers=reader)
    assert names.json() == {"items": [{"person_id": person, "name": OFFICE["name"]}]}
    assert (await http.get("/registry/v1/audit/operators", headers=staff())).status_code == 403
    limited = await http.get("/registry/v1/audit/operators?limit=1&actor=ada", headers=reader)
    assert [each["actor"] for each in limited.json()["items"]] == ["ada"]


async def test_the_audit_is_filtered_and_paged(registry: RegistryUnderTest) -> None:
    ids = [await registry.add_city(name=f"City {n}", geonames_id=n) for n in (1, 2, 3)]
    await registry.client.post("/registry/v1/partners", json=PARTNER, headers=staff())
    assert {entry["subject_id"] for entry in await entries(registry, action="cities.create")} == set(ids)
    assert len(await entries(registry, subject=ids[0])) == 1
    assert await entries(registry, actor="nobody") == []
    assert await entries(registry, until="2020-01-01T00:00:00Z") == []
    assert len(await entries(registry, since="2020-01-01T00:00:00Z", actor="tester")) == 4
    seen: list[int] = []
    cursor: str | None = "999999999999999999"
    while cursor is not None:
        query = {"limit": "3", "cursor": cursor}
        page = (await registry.client.get("/registry/v1/audit", params=query, headers=staff())).json()
        seen += [entry["id"] for entry in page["items"]]
        cursor = page["next"]
    assert len(seen) == 4
    assert seen == sorted(seen, reverse=True)


async def test_all_that_was_done_to_a_member_by_it_and_to_what_is_its_is_found_by_its_id(
    registry: RegistryUnderTest,
) -> None:
    own, other = [await registry.add_city(name=f"City {n}", geonames_id=n) for n in (1, 2)]
    for city_id in (own, other):
        body = CONTACT | {"member_kind": "city", "member_id": city_id, "role": "deputy"}
        made = await registry.client.post("/registry/v1/contacts", json=body, headers=member(city_id))
        path = f"/registry/v1/contacts/{made.json()['contact_id']}"
        await registry.client.delete(path, headers=staff())
    found = await entries(registry, member=own)
    assert [entry["action"] for entry in found] == ["cities.create", "contacts.create", "contacts.delete"]
    assert await entries(registry, member="nobody") == []


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=9999999999999999999999", "actor=%00", "subject=a%0ab", "limit=0"]
)
async def test_a_wrong_filter_is_refused_with_a_sentence(registry: RegistryUnderTest, query: str) -> None:
    answer = await registry.client.get(f"/registry/v1/audit?{query}", headers=staff())
    assert answer.status_code == 422


async def test_the_database_refuses_to_change_or_delete_an_entry(registry: RegistryUnderTest) -> None:
    await registry.add_city()
    statements: list[Any] = [
        update(AUDIT).values(actor="somebody else"),
        update(AUDIT).values(actor="somebody else", address=None),
        update(AUDIT).values(address="192.0.2.1"),
        update(AUDIT).values(at=datetime(2020, 1, 1, tzinfo=UTC), address=None),
        delete(AUDIT),
    ]
    if registry.database.is_sqlite:
        columns = ("id", "at", "actor_kind", "actor", "action")
        other = select(AUDIT.c.id, AUDIT.c.at, AUDIT.c.actor_kind, literal("somebody else"), AUDIT.c.action)
        statements.append(insert(AUDIT).prefix_with("OR REPLACE").from_select(columns, other))
    before = await entries(registry)
    for statement in statements:
        with pytest.raises(DBAPIError, match="audit"):
            await execute(registry, statement)
    assert await entries(registry) == before


async def test_addresses_go_after_some_time_and_entries_after_years(registry: RegistryUnderTest) -> None:
    now = datetime.now(UTC)
    aged = {"actor_kind": "staff", "actor": "anna", "action": "cities.endorse", "address": "192.0.2.1"}
    ages = (29, 31, 364, 1000)
    async with registry.database.writing() as connection:
        await connection.execute(insert(AUDIT), [{**aged, "at": now - timedelta(days=age)} for age in ages])
        await age_audit(
            connection,
            AUDIT,
            addresses_until=now - timedelta(days=30),
            entries_until=now - timedelta(days=366),
        )
        await connection.commit()
        kept = (await connection.execute(select(AUDIT.c.address).order_by(AUDIT.c.at.desc()))).scalars().all()
    assert kept == ["192.0.2.1", None, None]
    with pytest.raises(DBAPIError, match="audit"):
        await execute(registry, delete(AUDIT).where(AUDIT.c.at < now - timedelta(days=10)))
    async with registry.database.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(AUDIT))).scalar_one() == 3


SEEN_ELSEWHERE = {
    "invitations.create",  # test_invitations_http
    *("contact-changes.call-by-link", "contact-changes.consent-by-link"),  # access/test_replaced_contacts
    *("people.confirm", "people.refuse"),  # access/test_second_person
    "people.sign-in-link",  # access/test_sign_in_links
    *("passkeys.create", "passkeys.delete", "sessions.passkey"),  # access/test_passkeys, test_passkeys_of_the_office
    *("sessions.second-factor", "sessions.enrolment"),  # access/test_second_factors
    *("sign-ins.from-issuer", "sign-ins.from-passkey"),  # access/test_staff_issuer, test_passkeys
}
"""Acts whose entries are tested where what they take is at hand."""


async def test_every_act_of_registry_has_an_entry(on_sqlite: RegistryUnderTest) -> None:
    """All of `ACTS` in tests/integration/service/operations/test_acts.py, but for those of operators."""
    http, by_staff, root = on_sqlite.client, staff(), "/registry/v1"

    async def do(method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        answer = await http.request(method, f"{root}{path}", json=body, headers=by_staff | (headers or {}))
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    city, other = [await on_sqlite.add_city(name=f"City {n}", geonames_id=n) for n in (1, 2)]
    partner = (await do("POST", "/partners", PARTNER))["partner_id"]
    await do("POST", "/endorsements", {"partners": [partner]})
    for kind, identifier in (("cities", city), ("partners", partner)):
        await do(
            "PATCH",
            f"/{kind}/{identifier}",
            {"web": "https://example.org"},
            {"If-Match": "*", "Content-Type": MERGE_PATCH},
        )
        await do("POST", f"/{kind}/{identifier}/endorse")
    avoided = {"countries": ["NO"]}
    await do("PUT", f"/cities/{city}/avoided-countries", avoided, member(city) | {"If-Match": "*"})
    own = member(partner)
    desk, office = f"/partners/{partner}", {"If-Match": "*", "Content-Type": MERGE_PATCH}
    for decision, reason in (("refuse", {"reason": "Say what a city reports."}), ("endorse", None)):
        added = [PARTNER["programmes"][0] | {"name": f"Write, before they {decision}"}]
        waiting = (await do("PATCH", desk, {"programmes": added}, own | office))["waiting"]
        await do("POST", f"{desk}/programmes/{waiting[-1]}/{decision}", reason)
    await do("PUT", f"{desk}/shortlist/{city}", {}, own)
    noted = await do("POST", f"{desk}/shortlist/{city}/notes", {"text": "A library."}, own)
    await do("DELETE", f"{desk}/shortlist/{city}/notes/{noted['note_id']}", headers=own)
    await do("DELETE", f"{desk}/shortlist/{city}", headers=own)
    selection = await do("POST", f"{desk}/selections", {"name": "All", "query": ""}, own)
    await do("DELETE", f"{desk}/selections/{selection['selection_id']}", headers=own)
    request = (await do("POST", "/requests", REQUEST | {"city_id": city}))["request_id"]
    await do("PATCH", f"/requests/{request}", {"amount_max": 300}, patching(1))
    await do("POST", f"/requests/{request}/close")
    twinning = (await do("POST", "/twinnings", {"city_a": city, "city_b": other}))["twinning_id"]
    await do("POST", f"/twinnings/{twinning}/retract")
    for decision in ("confirm", "refuse"):
        third = await on_sqlite.add_city(name="A third", geonames_id=3 if decision == "confirm" else 4)
        claimed = {"city_a": city, "city_b": third}
        twinning = (await do("POST", "/twinnings", claimed, member(city)))["twinning_id"]
        await do("POST", f"/twinnings/{twinning}/{decision}", headers=member(third))
    for decision in ("approve", "refuse"):
        changed = {"name": f"Renamed before they {decision}"}
        await do("PATCH", f"/cities/{city}", changed, member(city) | {"If-Match": "*", "Content-Type": MERGE_PATCH})
        version = (await do("GET", f"/changes/{city}"))["version"]
        await do("POST", f"/changes/{city}/{decision}", headers=patching(version))
    await do("POST", f"/applications/{await apply_and_confirm(on_sqlite)}/ask", {"question": "Which district?"})
    await enter(on_sqlite)
    await consult(on_sqlite, await apply_and_confirm(on_sqlite, CONTACT | {"email": "eve@city.example"}))
    await say(on_sqlite, "say", (await mailed(on_sqlite)).json()["secret"], verdict="objects")
    await do("DELETE", "/commissions/BR")
    await do("PUT", "/capacity-defaults", {"seen": 0, "city": 2, "programme": 3})
    for decision, reason in (("endorse", None), ("refuse", {"reason": "other"})):
        await do("POST", f"/applications/{await apply_and_confirm(on_sqlite)}/{decision}", reason)
    named = {"member_kind": "city", "member_id": city}
    contact = (await do("POST", "/contacts", CONTACT | named))["contact_id"]
    deputy = (await do("POST", "/contacts", CONTACT | named | {"role": "deputy", "email": "d@city.example"}))[
        "contact_id"
    ]
    by_deputy, by_person = (bearer("member", member_id=city, subject=each) for each in (deputy, contact))
    for act in ("delete", "call", "consent"):
        demoting = {"role": "deputy"}
        patch = by_deputy | {"If-Match": "*", "Content-Type": MERGE_PATCH}
        place = f"/contact-changes/{(await do('PATCH', f'/contacts/{contact}', demoting, patch))['change_id']}"
        if act == "delete":
            await do("DELETE", place, headers=by_deputy)
            continue
        await do("POST", f"{place}/{act}", {}, by_person)
        if act == "call":
            await do("POST", f"{place}/decide", {"decision": "make", "reason": "She asked."})
            await do("PATCH", f"/contacts/{contact}", {"role": "coordinator"}, patch | by_staff)
    await do("PATCH", f"/contacts/{contact}", {"name": "Bea"}, {"If-Match": "*", "Content-Type": MERGE_PATCH})
    await do("POST", f"/contacts/{contact}/main", WHY)
    await do("POST", f"/contacts/{contact}/erase", WHY)
    await do("DELETE", f"/contacts/{deputy}")
    for act in ("link", "answer"):
        contact = (await do("POST", "/contacts", CONTACT | named | {"email": f"{act}@city.org"}))["contact_id"]
        version = (await do("POST", f"/contacts/{contact}/ask-again"))["version"]
        service = bearer("contacts:read")
        if act == "answer":
            await do("POST", f"/contacts/{contact}/answered", {"version": version}, service)
        else:
            issued = await do("POST", f"/confirmations/{contact}.{version}/issue", headers=service)
            await do("POST", "/contact-confirmations", {"secret": issued["secret"]})
    handing = named | {"name": "Eve Holm", "email": "eve@city.example"}
    handover = (await do("POST", "/handovers", handing))["handover_id"]
    await do("DELETE", f"/handovers/{handover}")
    handover = (await do("POST", "/handovers", handing))["handover_id"]
    issued = await do("POST", f"/confirmations/{handover}/issue", headers=bearer("contacts:read"))
    await do("POST", "/handovers/confirm", {"secret": issued["secret"]})
    await on_sqlite.import_file("cities", CSV)
    await do("POST", "/revocations", {"subject": "anna"})
    person = (await do("POST", "/people", OFFICE, COMMAND))["person_id"]
    session, _ = [await signed_in(on_sqlite, "eve@city.example") for _ in range(2)]
    await do("POST", "/sessions/end-others", headers=holder(session))
    await do("DELETE", f"/sessions/{session['session_id']}", headers=holder(session))
    await do("POST", f"/people/{person}/reset-second-factor", headers=COMMAND)
    await do("DELETE", f"/people/{person}", headers=bearer("operator"))
    double = await on_sqlite.add_city(name="A double", geonames_id=5)
    await do("POST", f"/cities/{city}/merge", {"duplicate_id": double, "confirmed": True})
    await do("POST", f"/mergers/{double}/undo", {"confirmed": True})
    fund = (await do("POST", "/partners", PARTNER | {"name": "Example Fund"}))["partner_id"]
    await do("POST", f"/partners/{partner}/merge", {"duplicate_id": fund, "confirmed": True})
    said = {"title": "Loud words", "text": None}
    need = {"subject": "sdg.4", "intensity": 3, "mode": "webinar", "title": said["title"]}
    loud = await on_sqlite.add_city(name="Loud", geonames_id=6, needs=[need])
    await do("POST", f"/cities/{loud}/hidden-words", said | {"reason": "An advertisement."})
    await do("POST", f"/cities/{loud}/shown-words", said)
    loud_request = (await do("POST", "/requests", REQUEST | {"city_id": loud}))["request_id"]
    await do("POST", f"/requests/{loud_request}/hide", {"reason": "An advertisement."})
    for kind, identifier in (("cities", city), ("partners", partner)):
        await do("POST", f"/{kind}/{identifier}/withdraw")
        await do("POST", f"/{kind}/{identifier}/reinstate")
    note = (await do("POST", "/office-notes", named | {"text": "Speaks French."}))["note_id"]
    await do("DELETE", f"/office-notes/{note}?member_id={city}")
    saved = await do("POST", "/saved-lists", {"name": "Silent", "choices": {"country": "FI"}})
    await do("PUT", f"/saved-lists/{saved['list_id']}", {"name": "Quiet", "shared": True})
    await do("DELETE", f"/saved-lists/{saved['list_id']}")
    for taken in ("take", None):
        read = await http.post(f"{root}/prepared-imports?kind=cities&ask=true", content=CSV, headers=by_staff)
        place = f"/prepared-imports/{read.json()['import_id']}"
        columns = [each["column"] for each in read.json()["layout"]["headings"]]
        await do("PUT", f"{place}/layout", {"sheet": 0, "heading": 1, "columns": columns})
        await do("POST", f"{place}/correct", {"shown": read.json()["shown"]})
        await (do("POST", f"{place}/take", {"shown": read.json()["shown"]}) if taken else do("DELETE", place))
    done = (await http.get(f"{root}/done-imports", headers=by_staff)).json()["items"][0]["run_id"]
    shown = (await do("POST", f"/done-imports/{done}/preview", {}))["shown"]
    await do("POST", f"/done-imports/{done}/take-back", {"shown": shown})
    audited = {entry["action"] for entry in await entries(on_sqlite)}
    assert audited == ACTS["registry"] - {*OF_OPERATORS, *SEEN_ELSEWHERE}
