"""Whom of a member's contacts notify writes to."""

from dataclasses import replace

from isopolity.notify.domain.people import first_choice
from tests.support.notify.events import contact

ORDER = ("coordinator", "programme-officer", "deputy", "approver", "a role of a later release")


def test_a_coordinator_is_written_to_first_and_a_role_that_is_not_known_last() -> None:
    contacts = [replace(contact("a"), contact_id=f"contact-{9 - rank}", role=role) for rank, role in enumerate(ORDER)]
    while contacts:
        assert first_choice(reversed(contacts)) == contacts.pop(0)


def test_of_two_with_one_role_the_one_with_the_lower_id_is_written_to() -> None:
    older, younger = replace(contact("a"), contact_id="1"), replace(contact("a"), contact_id="2")
    assert first_choice([younger, older]) == older


def test_a_contact_that_came_by_a_merger_is_written_to_after_others_of_its_role() -> None:
    moved, own = replace(contact("a"), contact_id="1", moved=True), replace(contact("a"), contact_id="2")
    assert first_choice([moved, own]) == own
    assert first_choice([moved, replace(own, role="deputy")]) == moved
