"""The table of routes and visitors gives nobody what is not theirs; `test_walks.py` compares it with the answers."""

import json
from pathlib import Path
from typing import Final

from tests.support.access.table import read_table

API: Final = Path(__file__).parents[3] / "docs" / "api"
OPEN_TO_NOBODY: Final = {
    "POST /registry/v1/cities", "POST /registry/v1/partners", "POST /registry/v1/confirmations",
    "POST /registry/v1/sign-ins", "POST /registry/v1/sign-ins/exchange",
    "POST /notify/answer/{token}", "POST /notify/confirm/{secret}",
    "POST /registry/v1/drafts", "POST /registry/v1/drafts/open", "POST /registry/v1/drafts/save",
    "POST /registry/v1/drafts/hand-in", "POST /registry/v1/drafts/forget", "POST /join", "POST /join/{secret}/who",
    "POST /join/{secret}/where", "POST /join/{secret}/contacts", "POST /join/{secret}/needs",
    "POST /join/{secret}/hand-in", "POST /join/{secret}/forget", "POST /sign-in", "POST /sign-out",
}  # fmt: skip
"""Routes by which a stranger, or the holder of a mailed link, changes something."""
AWAY: Final = ("303 /sign-in", "303 /me")
OPEN_TO_APPROVERS: Final = OPEN_TO_NOBODY | {
    "POST /sessions",
    "POST /registry/v1/sessions/end-others",
    "POST /notify/v1/proposals/{proposal_id}/answer", "POST /proposals/{proposal_id}",
}  # fmt: skip


def changed_by(visitor: str) -> set[str]:
    """Routes on which the visitor changes something, and is not sent to sign in, or back to its own first page."""
    return {
        route
        for route, row in read_table().items()
        if not route.startswith("GET") and row[visitor].startswith(("2", "303")) and row[visitor] not in AWAY
    }


def test_who_has_not_signed_in_changes_nothing_but_by_what_is_open_to_all() -> None:
    assert changed_by("nobody") == OPEN_TO_NOBODY


def test_an_approver_changes_nothing_but_its_answers_and_its_own_session() -> None:
    assert changed_by("its approver") == OPEN_TO_APPROVERS


LOOKS: Final = {
    "POST /matching/v1/drafts/{round_id}/plan", "POST /matching/v1/drafts/{round_id}/trial",
    "POST /matching/v1/members/{member_id}/trial", "POST /matching/v1/members/{member_id}/request-trial",
    "POST /matching/v1/members/in-use", "POST /matching/v1/rules/check", "POST /matching/v1/rules/trial",
    "POST /notify/v1/previews", "POST /notify/v1/unarrived/preview", "POST /registry/v1/contacts/find",
    "POST /office/members/acts", "POST /office/search", "POST /office/rounds/new",
    "POST /office/rounds/{round_id}/publish",
}  # fmt: skip
"""Questions that are sent as a POST; the form of the table looks, and does not do."""
ITS_OWN: Final = {"POST /sessions", "POST /accounts", "POST /registry/v1/sessions/end-others"}


def test_staff_that_reads_changes_nothing_but_its_own_session() -> None:
    assert changed_by("who reads") - OPEN_TO_NOBODY <= LOOKS | ITS_OWN
    changing = [row for route, row in read_table().items() if not route.startswith("GET") and row["staff"][0] == "2"]
    assert len([row for row in changing if row["who reads"] == "403"]) > 40


def test_staff_that_reads_sees_all_that_staff_sees_but_the_list_of_people() -> None:
    reads = {route: row for route, row in read_table().items() if route.startswith("GET")}
    other = {route for route, row in reads.items() if row["who reads"] != row["staff"]}
    of_who_acts = {"GET /office/imports/done/{run_id}"}  # its preview is for those who may take an import back
    assert other == {"GET /registry/v1/people", "GET /registry/v1/people/requests"} | of_who_acts


def test_no_visitor_is_answered_with_a_failure() -> None:
    assert not [route for route, row in read_table().items() if any(cell.startswith("5") for cell in row.values())]


def test_what_a_stranger_may_not_do_asks_for_a_token_or_is_not_there() -> None:
    rows = {route: row["nobody"] for route, row in read_table().items() if row["nobody"][0] not in "23"}
    refused = {cell for route, cell in rows.items() if not route.startswith("GET /mailbox")}  # it opens by its key
    assert refused <= {"401", "404", "410", "422"}


def test_what_is_a_members_own_another_member_gets_no_more_of_than_a_stranger() -> None:
    own = [(route, row) for route, row in read_table().items() if "{member_id}" in route or "{contact_id}" in route]
    assert len(own) > 8
    assert not [route for route, row in own if row["another member"].startswith("2")]


def test_what_each_visitor_gets_stands_in_the_documents_of_the_apis() -> None:
    documents = [json.loads(file.read_text("utf-8")) for file in sorted(API.glob("*.json"))]
    documented = {
        f"{method.upper()} {path}": operation["responses"].keys()
        for document in documents
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    got = {
        route.replace(":path}", "}"): {cell.partition(" ")[0] for cell in row.values()}
        for route, row in read_table().items()
    }
    missing = {route: got[route] - statuses for route, statuses in documented.items()}
    assert {route: statuses for route, statuses in missing.items() if statuses} == {}
