"""What the command says before a member leaves or is merged, by the numbers that matching tells."""

from typing import Any

import pytest

from isopolity.command.client.http_client import Client
from isopolity.command.commands.members.departure import what_leaving_ends, what_merging_does

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


class _Answering(Client):
    """A client that is answered always the same."""

    def __init__(self, document: dict[str, Any], *contacts: bool) -> None:
        self._document, self._contacts = document, contacts

    def get(self, path: str, parameters: object = None, *, seconds: float | None = None) -> Any:
        if path == "/registry/v1/contacts":
            return {"items": [{"confirmed": each} for each in self._contacts]}
        assert path == "/matching/v1/members/city-1/departure"
        return self._document


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "It has nothing open that would end."),
        (
            {"proposals": 1, "first_ends": "2026-12-08T21:59:59Z", "last_ends": "2026-12-08T21:59:59Z", "told": 1},
            "1 open proposal: to the other side each stands as it was sent until its days to answer are over, on "
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
            "4 open proposals: to the other side each stands as it was sent until its days to answer are over, the "
            "first on 8 December 2026, 21:59 UTC, the last on 22 December 2026, 22:59 UTC; then 3 mails in all say "
            "that nothing was agreed. 2 members asked to be introduced to it, and are mailed by 5 January 2027, 22:59 "
            "UTC that nothing was agreed. At once, and without a mail: 2 proposals that nobody has heard of, "
            "1 partnership.",
        ),
    ],
)
def test_leaving_says_what_ends_when_and_how_many_are_mailed(changes: dict[str, Any], told: str) -> None:
    assert what_leaving_ends(_Answering(NOTHING | changes), "city-1", erase_contacts=False) == told


@pytest.mark.parametrize(
    ("erase_contacts", "told"),
    [
        (True, "It has nothing open that would end. 2 contacts erased at once; 1 mail says so."),
        (False, "It has nothing open that would end. 2 contacts kept, and not mailed any more."),
    ],
)
def test_leaving_says_what_becomes_of_the_contacts(erase_contacts: bool, told: str) -> None:
    client = _Answering(NOTHING, True, False)
    assert what_leaving_ends(client, "city-1", erase_contacts=erase_contacts) == told


def test_merging_says_what_goes_on_and_what_cannot() -> None:
    empty = {"proposals": 0, "partnerships": 0, "interests": 0, "drafts": 0, "lost": []}
    assert what_merging_does(empty) == "Nothing is open that would go on."
    lost = [
        {"what": "proposal", "other": "Porto", "reason": "same-pair", "until": "2026-12-08T21:59:59Z"},
        {"what": "proposal", "other": "Fez", "reason": "both-in-it", "until": None},
    ]
    assert what_merging_does(empty | {"proposals": 2, "partnerships": 1, "drafts": 1, "lost": lost}) == (
        "There go on, with answers as they are: 2 proposals, 1 partnership. 1 proposal that nobody has heard of will "
        "end. What cannot go on and ends (2): the proposal with Porto is with a side with which the kept entry has "
        "one, and stands to the other side until 8 December 2026, 21:59 UTC; the proposal with Fez is between the two."
    )
