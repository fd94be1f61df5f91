"""Sentences of the command before a member leaves or is merged, by the numbers of matching."""

from typing import Any

import httpx
import pytest

from isopolity.client.matching.models import MergerView
from isopolity.command.client.http_client import Client
from isopolity.command.commands.members import describe_departure, describe_merger
from tests.support.whole_answers import whole, whole_answers

NOTHING = {
    "proposals": 0,
    "first_ends": None,
    "last_ends": None,
    "partnerships": 0,
    "interests": 0,
    "drafts": 0,
    "told": 0,
    "asking": 0,
    "last_hears": None,
}


def client_of(departure: dict[str, Any], *contacts: bool) -> Client:
    """A client of a network whose member city-1 has this departure, and contacts that are confirmed or not."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/registry/v1/contacts":
            return httpx.Response(200, json={"items": [{"confirmed": each} for each in contacts]})
        assert request.url.path == "/matching/v1/members/city-1/departure"
        return httpx.Response(200, json=departure)

    return Client("http://network.example", None, whole_answers(answer))


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        ({}, "It has nothing open that would end."),
        (
            {"proposals": 1, "first_ends": "2026-12-08T21:59:59Z", "last_ends": "2026-12-08T21:59:59Z", "told": 1},
            "1 open proposal: for the other side each stands as it was sent until its days to answer are over, on "
            "8 December 2026, 21:59 UTC; then 1 mail in all says that nothing was agreed.",
        ),
        (
            {
                "proposals": 4,
                "first_ends": "2026-12-08T21:59:59Z",
                "last_ends": "2026-12-22T22:59:59Z",
                "told": 3,
                "asking": 2,
                "last_hears": "2027-01-05T22:59:59Z",
                "drafts": 2,
                "partnerships": 1,
            },
            "4 open proposals: for the other side each stands as it was sent until its days to answer are over, the "
            "first on 8 December 2026, 21:59 UTC, the last on 22 December 2026, 22:59 UTC; then 3 mails in all say "
            "that nothing was agreed. 2 members asked to be introduced to it, and are mailed by 5 January 2027, 22:59 "
            "UTC that nothing was agreed. At once, and without a mail: 2 unsent proposals, "
            "1 partnership.",
        ),
    ],
)
def test_leaving_says_what_ends_when_and_how_many_are_mailed(changes: dict[str, Any], sentences: str) -> None:
    assert describe_departure(client_of(NOTHING | changes), "city-1", erase_contacts=False) == sentences


@pytest.mark.parametrize(
    ("erase_contacts", "sentences"),
    [
        (True, "It has nothing open that would end. 2 contacts erased at once; 1 mail says so."),
        (False, "It has nothing open that would end. 2 contacts kept, and not mailed any more."),
    ],
)
def test_leaving_says_what_becomes_of_the_contacts(erase_contacts: bool, sentences: str) -> None:
    client = client_of(NOTHING, True, False)
    assert describe_departure(client, "city-1", erase_contacts=erase_contacts) == sentences


def test_merging_says_what_goes_on_and_what_cannot() -> None:
    empty: dict[str, Any] = {"proposals": 0, "partnerships": 0, "interests": 0, "drafts": 0, "lost": []}
    assert describe_merger(whole(MergerView, empty)) == "It has nothing open that would go on."
    lost = [
        {"what": "proposal", "other": "Porto", "reason": "same-pair", "until": "2026-12-08T21:59:59Z"},
        {"what": "proposal", "other": "Fez", "reason": "both-in-it", "until": None},
    ]
    assert describe_merger(
        whole(MergerView, empty | {"proposals": 2, "partnerships": 1, "drafts": 1, "lost": lost})
    ) == (
        "These go on, with their answers: 2 proposals, 1 partnership. 1 unsent proposal will end. "
        "2 cannot go on, and will end: the proposal with Porto is with a side with which the kept entry has "
        "one, and stands for the other side until 8 December 2026, 21:59 UTC; the proposal with Fez is between the two."
    )
