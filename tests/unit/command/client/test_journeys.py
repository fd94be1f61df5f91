"""`isopolity journey`: a tree of events, or JSON; one sentence for what it cannot follow."""

from typing import Any

import httpx
import pytest

from isopolity.command.client.http_client import Client
from isopolity.command.client.journeys import ask_journey, journey_document, render_journey
from isopolity.command.console import print_view
from isopolity.command.failure import ExitCode, Failure
from isopolity.contracts.event_types import CITY_REVISED
from tests.support.complete_answers import complete
from tests.support.journals import STORY, Journals, line
from tests.support.portal.operations import streams
from tests.support.whole_answers import whole_answers

GIVEN_UP = {"group": "isopolity.notify", "id": "isopolity.matching.proposal/0/3", "copy_of": ""}


def client_of(journals: Journals, letters: list[dict[str, str]] | int | None = None) -> Client:
    def answer(request: httpx.Request) -> httpx.Response:
        _, service, _, path = request.url.path.split("/", 3)
        if path == "streams":
            has_letters = service == "notify" and letters is not None
            return httpx.Response(200, json=streams(service, dead_letters={"skipped": 1} if has_letters else {}))
        if path == "dead-letters":
            assert service == "notify", "only who has dead letters is asked for them"
            if isinstance(letters, int):
                return httpx.Response(503, json={"detail": "away"})
            return httpx.Response(200, json=complete(service, "GET", request.url.path, 200, letters))
        parameters: dict[str, Any] = {name: request.url.params.get_list(name) for name in request.url.params}
        found = journals.answer(service, f"/{path}", parameters | {"limit": request.url.params.get("limit", "100")})
        return httpx.Response(503, json={"detail": "away"}) if found is None else httpx.Response(200, json=found)

    return Client("http://isopolity.example", "token", whole_answers(answer))


def test_a_proposal_is_printed_as_a_tree(capsys: pytest.CaptureFixture[str]) -> None:
    print_view(render_journey(*ask_journey(client_of(Journals(away=["registry"])), "proposal", "p1")))
    printed = capsys.readouterr().out
    for expected in (
        "An answer has come; it waits for the other side.",
        "registry does not answer",
        "request request-3, after 25 h",
        "  matching.proposal.issued.v1, at once: A proposal goes out to both sides (read by notify)",
        "    notify.delivery.sent.v1, after 60 s: The mail server took the mail (waits for matching)",
    ):
        assert expected in printed


def test_json_has_every_event_with_its_readers() -> None:
    document = journey_document(*ask_journey(client_of(Journals()), "member", "espoo"))
    assert (document["standing"], len(document["events"]), document["away"]) == ("member-endorsed", len(STORY), [])
    assert [each["event_id"] for each in document["events"] if each["replaced"]] == ["e1"]
    assert document["events"][2]["readers"] == {"isopolity.notify": "read"}


def test_an_event_that_was_given_up_was_not_read(capsys: pytest.CaptureFixture[str]) -> None:
    found = ask_journey(client_of(Journals(), [GIVEN_UP]), "proposal", "p1")
    print_view(render_journey(*found))
    assert "(given up by notify, dead letter isopolity.matching.proposal/0/3)" in capsys.readouterr().out
    (issued,) = [each for each in journey_document(*found)["events"] if each["event_id"] == "e3"]
    assert (issued["readers"], issued["dead_letters"]) == (
        {"isopolity.notify": "given-up"},
        {"isopolity.notify": GIVEN_UP["id"]},
    )
    assert journey_document(*ask_journey(client_of(Journals(), 503), "proposal", "p1"))["away"] == ["notify"]


def test_a_member_that_came_in_endorsed_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    print_view(render_journey(*ask_journey(client_of(Journals(STORY[:1], endorsed=["espoo"])), "member", "espoo")))
    assert capsys.readouterr().out.startswith("It is a member of the network.\n")
    print_view(render_journey(*ask_journey(client_of(Journals(STORY[:1])), "member", "espoo")))
    assert "and is not admitted yet. Since 2026" in capsys.readouterr().out


def test_too_many_events_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    many = [line(f"n{n:04}", CITY_REVISED, "02T08:00", "request-1", member_id="espoo") for n in range(501)]
    print_view(render_journey(*ask_journey(client_of(Journals(many)), "member", "espoo")))
    assert "There are 501 events, too many to list." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "identifier", "says", "code"),
    [
        ("planet", "p1", "There is no journey of a planet; choose from member", ExitCode.USAGE),
        ("proposal", "p 1", "Give the id, without spaces.", ExitCode.USAGE),
        ("proposal", "nobody", "No service has an event of the proposal nobody", ExitCode.WRONG),
    ],
)
def test_what_it_cannot_follow_it_says_in_a_sentence(kind: str, identifier: str, says: str, code: ExitCode) -> None:
    with pytest.raises(Failure, match=says) as caught:
        ask_journey(client_of(Journals()), kind, identifier)
    assert caught.value.code is code
