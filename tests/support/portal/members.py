"""A member with its contact, proposal, mails and acts, for pages of the office."""

from typing import Any

from tests.support.portal.office import LOST
from tests.support.portal.service import HOSTILE, STAFF, answers, city, listed

CONTACT = {
    "contact_id": "c1",
    "member_id": "espoo",
    "name": HOSTILE,
    "role": "coordinator",
    "email": "ana@city.example",
    "confirmed": True,
}


SIDE = {"member_kind": "city", "member_id": "espoo", "name": "Espoo", "side": "a"}


NAMED = {"contact_id": "c3", "member_kind": "city", "member_id": "espoo", "role": "deputy"}


PROPOSAL = {
    "proposal_id": "p1", "stage": "issued", "answer_by": "2026-12-11T09:00:00Z",
    "sides": [SIDE | {"member_id": "turku", "name": "Turku", "side": "b"}, SIDE],
}  # fmt: skip


MAIL = {
    "mail_id": "m1", "purpose": "proposal", "state": "failed", "reason": "smtp-550", "member_id": "espoo",
    "other": HOSTILE, "updated_at": "2026-11-20T09:00:00Z", "link_voided_at": None, "contact_id": "former",
    "created_at": "2026-11-20T09:00:00Z",
}  # fmt: skip


REMINDER = MAIL | {
    "mail_id": "m2", "purpose": "reminder", "state": "sent", "reason": None, "member_id": None, "other": None,
    "contact_id": "c1", "created_at": "2026-11-21T09:00:00Z",
}  # fmt: skip


ACT = {
    "id": 1, "action": "cities.change", "at": "2026-11-19T09:00:00Z", "actor_kind": "staff", "actor": "mia",
    "correlation_id": None,
}  # fmt: skip


TIE = {"city_a": "espoo", "city_b": "turku", "since": 1950}


ONE = "/office/members/cities/espoo"


def served(**more: Any) -> dict[str, Any]:
    """The services with this member; `more` are other answers, by path."""
    paths = {
        "/cities": listed(city()),
        "/partners": listed(),
        "/cities/espoo": city(),
        "/contacts": lambda request: NAMED if request.method == "POST" else listed(CONTACT),
        "/contacts/c1": CONTACT,
        "/proposals": listed(PROPOSAL),
        "/members/espoo/partnerships": listed(),
        "/office-notes": listed(),
        "/twinnings": listed(TIE),
        "/mails": listed(MAIL, MAIL | {"member_id": "turku", "mail_id": "m9"}),
        "/audit": listed(ACT),
        "/members": listed({"member_kind": "city", "member_id": "espoo", "name": HOSTILE, "number": 3, "of": 3}),
        "/unreached": {"items": [LOST]},
        "/nudges": {"nudged": 1, "already": 1, "without_contact": 0},
    }
    return answers(STAFF) | paths | more


HEIR = CONTACT | {"contact_id": "c2", "name": "Ewa", "email": "ewa@city.example"}


DEPUTY = HEIR | {"contact_id": "c0", "role": "deputy"}
