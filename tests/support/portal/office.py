"""Answers of the services for pages of the office."""

from typing import Any

LOST = {
    "member_kind": "city", "member_id": "espoo", "contact_id": "c1", "role": "coordinator", "mail_id": "m2",
    "purpose": "proposal", "reason": "smtp-550", "since": "2026-11-13T09:00:00Z", "mails": 2,
}  # fmt: skip


def application(number: int = 1, **changes: Any) -> dict[str, Any]:
    """An application in registry's list."""
    return {
        "application_id": f"a{number}", "version": 2, "status": "confirmed", "member_kind": "city",
        "name": f"Town {number}", "country": "FI", "received_at": "2026-11-20T09:00:00Z", "warnings": [],
        "resembles": None, "near": [], "applications_alike": 0, "asked_at": None, "answered_at": None,
        "commission": None,
        "waits_since": "2026-11-20T09:00:00Z",
    } | changes  # fmt: skip


def partner(**changes: Any) -> dict[str, Any]:
    """A partner in registry's list, with the fields that the office's lists read."""
    return {
        "partner_id": "p1", "name": "Bank", "kind": "foundation", "home_country": "PT", "status": "endorsed",
        "changed_on": None,
    } | changes  # fmt: skip
