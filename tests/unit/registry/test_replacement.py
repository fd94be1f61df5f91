"""Who may change whose contact, and when that counts: the table of `rights`, row by row."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from isopolity.registry.domain.contact import Contact, Person, main_contact
from isopolity.registry.domain.contact_change import CALLED, DONE, REFUSED, WAITING, ContactChange, after_working_days
from isopolity.registry.domain.contact_rights import Doer, Situation, Verdict, verdict
from isopolity.registry.domain.errors import Gone, NotPossible

NOW = datetime(2026, 12, 1, 15, 30, tzinfo=UTC)
ANA = Person(role="coordinator", name="Ana", email="ana@city.org")
BO = Person(role="deputy", name="Bo", email="bo@city.org")


def contact(person: Person, *, contact_id: str = "a", confirmed: bool = True) -> Contact:
    return Contact(
        contact_id=contact_id,
        version=1,
        member_kind="city",
        member_id="espoo",
        person=person,
        confirmed_at=NOW if confirmed else None,
    )


def decided(
    doer: Doer,
    target: Contact | None,
    wanted: Person | None,
    *,
    role: str | None = None,
    has_guarded: bool = True,
    wish_waits: bool = False,
    is_disputed: bool = False,
) -> Verdict:
    now = Situation(doer_role=role, has_guarded=has_guarded, wish_waits=wish_waits, is_disputed=is_disputed)
    return verdict(doer, target, wanted, now)


DEPUTY = Doer(contact_id="b")
ITSELF = Doer(contact_id="a")
COORDINATOR = Doer(contact_id="c")
OFFICE = Doer(is_staff=True)
PROGRAM = Doer(contact_id="a-program")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (replace(ANA, role="programme-officer"), Verdict.DISPUTED),
        (replace(ANA, email="x@evil.org"), Verdict.DISPUTED),
        (replace(ANA, name="Ana P."), Verdict.AT_ONCE),
        (replace(ANA, role="deputy"), Verdict.AT_ONCE),
        (None, Verdict.AT_ONCE),
    ],
)
def test_who_is_to_be_changed_goes_or_stays_as_it_is(wanted: Person | None, expected: Verdict) -> None:
    assert decided(ITSELF, contact(ANA), wanted, role="coordinator", is_disputed=True) is expected


@pytest.mark.parametrize(("doer", "role"), [(DEPUTY, "deputy"), (COORDINATOR, "coordinator"), (PROGRAM, None)])
@pytest.mark.parametrize(
    "wanted",
    [
        None,
        replace(ANA, role="deputy"),
        replace(ANA, role="programme-officer"),
        replace(ANA, email="x@evil.org"),
        replace(ANA, email="x", name="X"),
    ],
)
def test_a_coordinators_place_is_not_taken_by_others_at_once(
    doer: Doer, role: str | None, wanted: Person | None
) -> None:
    assert decided(doer, contact(ANA), wanted, role=role) is Verdict.WAITS


@pytest.mark.parametrize("wanted", [replace(ANA, name="Ana P."), replace(ANA, language="pt")])
def test_a_name_or_language_is_corrected_at_once(wanted: Person) -> None:
    assert decided(DEPUTY, contact(ANA), wanted, role="deputy") is Verdict.AT_ONCE


def test_who_is_not_confirmed_or_no_coordinator_is_changed_at_once() -> None:
    assert decided(DEPUTY, contact(ANA, confirmed=False), None, role="deputy") is Verdict.AT_ONCE
    assert decided(COORDINATOR, contact(BO), None, role="coordinator") is Verdict.AT_ONCE
    assert decided(COORDINATOR, contact(BO), replace(BO, role="coordinator"), role="coordinator") is Verdict.AT_ONCE


@pytest.mark.parametrize("wanted", [None, replace(ANA, role="deputy"), replace(ANA, email="new@city.org")])
def test_ones_own_acts_never_wait(wanted: Person | None) -> None:
    assert decided(ITSELF, contact(ANA), wanted, role="coordinator", wish_waits=True) is Verdict.AT_ONCE


@pytest.mark.parametrize("target", [None, contact(BO, contact_id="b"), contact(BO, contact_id="d")])
def test_only_a_coordinator_makes_a_coordinator_while_there_is_one(target: Contact | None) -> None:
    risen = replace(BO, role="coordinator")
    assert decided(DEPUTY, target, risen, role="deputy") is Verdict.COORDINATORS_ONLY
    assert decided(PROGRAM, target, risen) is Verdict.COORDINATORS_ONLY
    assert decided(DEPUTY, target, risen, role="deputy", has_guarded=False) is Verdict.AT_ONCE
    assert decided(COORDINATOR, target, risen, role="coordinator", wish_waits=True) is Verdict.NOT_MEANWHILE


def test_staff_changes_a_coordinator_with_a_reason_only() -> None:
    for wanted in (None, replace(ANA, role="deputy"), replace(ANA, name="Ana P.")):
        assert decided(OFFICE, contact(ANA), wanted) is Verdict.NEEDS_REASON
        assert decided(replace(OFFICE, reason="She asked."), contact(ANA), wanted) is Verdict.AT_ONCE
    assert decided(OFFICE, contact(BO), None) is Verdict.AT_ONCE
    assert decided(OFFICE, None, ANA) is Verdict.AT_ONCE


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-12-01T15:30:00+00:00", "2026-12-05T00:00:00+00:00"),  # Tuesday: Wednesday to Friday
        ("2026-12-04T00:00:00+00:00", "2026-12-10T00:00:00+00:00"),  # Friday: Monday to Wednesday
        ("2026-12-05T23:59:59+00:00", "2026-12-10T00:00:00+00:00"),  # Saturday
        ("2026-12-06T10:00:00+00:00", "2026-12-10T00:00:00+00:00"),  # Sunday
        ("2026-12-07T01:00:00+02:00", "2026-12-10T00:00:00+00:00"),  # Sunday in UTC
    ],
)
def test_three_whole_working_days_pass_in_utc(start: str, end: str) -> None:
    assert after_working_days(datetime.fromisoformat(start)) == datetime.fromisoformat(end)


def waiting() -> ContactChange:
    return ContactChange(
        change_id="1",
        member_kind="city",
        member_id="espoo",
        contact_id="a",
        what="erased",
        role_before="coordinator",
        role_after=None,
        by_contact_id="b",
        by_staff=False,
        started_at=NOW,
        stepped_at=NOW,
        status=WAITING,
        wanted=replace(ANA, email="x@evil.org"),
    )


def test_time_runs_from_the_mail_on_and_stops_with_a_call() -> None:
    issued = waiting().issued(NOW)
    due = after_working_days(NOW)
    assert (issued.due_at, issued.is_due(due)) == (due, False)
    mailed = issued.mailed(NOW)
    assert mailed.is_due(due)
    called = mailed.called("person", NOW, "I am here.")
    assert (called.status, called.is_due(due), called.is_on_desk) == (CALLED, False, True)
    assert called.called("main", NOW) == called


def test_whom_it_names_is_kept_only_while_it_waits() -> None:
    assert waiting().made(NOW).wanted is None
    refused = waiting().called("person", NOW).refused(NOW, "She stays.")
    assert (refused.status, refused.wanted, refused.reason) == (REFUSED, None, "She stays.")
    with pytest.raises(NotPossible):
        refused.refused(NOW, "Again.")
    with pytest.raises(Gone):
        refused.require_open()


def test_what_was_made_is_called_and_answered_once() -> None:
    called = waiting().made(NOW).called("main", NOW)
    assert (called.status, called.is_on_desk) == (DONE, True)
    answered = called.answered(NOW, "It was right.")
    assert not answered.is_on_desk
    with pytest.raises(Gone):
        answered.called("person", NOW)


def test_nothing_personal_is_in_what_logs_hold_of_it() -> None:
    assert "evil" not in repr(waiting())


def test_the_main_contact_is_the_first_confirmed_coordinator() -> None:
    people = [
        contact(BO, contact_id="a"),
        contact(ANA, contact_id="b", confirmed=False),
        contact(ANA, contact_id="d"),
        contact(ANA, contact_id="c"),
    ]
    found = main_contact(people)
    assert found is not None
    assert found.contact_id == "c"
    assert main_contact([people[1]]) is None
