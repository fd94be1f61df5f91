"""Journeys: what the journals tell of one thing, its events under their causes, who has read them, where it stands."""

from datetime import UTC, datetime

import pytest

from isopolity.client.operations.models import DeadLetterSummary
from isopolity.contracts import event_types as types
from isopolity.contracts.catalogue import EVENT_TYPES, MATCHING_GROUP, NOTIFY_GROUP
from isopolity.contracts.seen_events import CLOSED_TYPE as CLOSED
from isopolity.contracts.seen_events import seen_type
from isopolity.messaging.dead_letters import COPY_OF, DeadLetter
from isopolity.web.operations.journey_trees import (
    chains_of,
    partnerships_standing,
    present_state_of,
    proposals_open,
    summary_of,
)
from isopolity.web.operations.journeys import KINDS, MOST, follow, progress_of, readings_of, with_letters
from isopolity.web.operations.letters.summaries import summary
from tests.support.complete_answers import complete
from tests.support.journals import STORY, Journals, line, lines_of
from tests.support.portal.operations import group, report, waiting


async def ids_of(kind: str, identifier: str, journals: Journals | None = None) -> list[str]:
    found = await follow(journals or Journals(), kind, identifier)
    return [] if found is None else [each.event_id for each in found.lines]


async def test_a_member_leads_to_its_proposals_and_they_to_their_mails_and_answers() -> None:
    assert await ids_of("member", "espoo") == ["e1", "e2", "e3", "e4", "e5", "e6"]


async def test_a_proposal_leads_up_to_what_caused_it_and_to_no_other_member() -> None:
    other = line("e9", types.CITY_REVISED, "02T09:00", "request-9", member_id="cork", subject="cork")
    assert await ids_of("proposal", "p1", Journals([*STORY, other])) == ["e2", "e3", "e4", "e5", "e6"]
    assert await ids_of("mail", "m1") == ["e2", "e3", "e4"]


async def test_a_request_and_an_event_lead_to_their_whole_chain() -> None:
    assert await ids_of("correlation", "request-2") == ["e2", "e3", "e4"]
    assert await ids_of("event", "e4") == ["e2", "e3", "e4"]


async def test_a_partnership_leads_to_the_proposal_that_it_came_of() -> None:
    founded = line("e7", types.PARTNERSHIP_ESTABLISHED, "03T10:01", "e6", proposal_id="p1", partnership_id="s1")
    assert await ids_of("partnership", "s1", Journals([*STORY, founded])) == ["e2", "e3", "e4", "e5", "e6", "e7"]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_nobody_knows_is_no_journey(kind: str) -> None:
    journals = Journals()
    assert await follow(journals, kind, "nobody") is None
    assert len(journals.asked) == 3, "each service once"


async def test_a_service_that_is_away_is_named_and_hides_nothing_of_the_others() -> None:
    found = await follow(Journals(away=["notify"]), "proposal", "p1")
    assert found is not None
    assert ([each.event_id for each in found.lines], found.away) == (["e2", "e3", "e6"], ["notify"])


async def test_more_than_five_hundred_events_are_counted() -> None:
    many = [line(f"n{n:04}", types.CITY_REVISED, "02T08:00", "request-1", member_id="espoo") for n in range(MOST)]
    whole = await follow(Journals(many), "member", "espoo")
    counted = await follow(Journals([*many, STORY[1]]), "member", "espoo")
    assert whole is not None
    assert counted is not None
    assert (len(whole.lines), whole.counts) == (MOST, {})
    assert (counted.lines, counted.counts) == ((), {types.CITY_REVISED: MOST, types.CITY_ENDORSED: 1})
    assert counted.number == MOST + 1


async def test_causes_that_go_round_in_a_circle_end() -> None:
    ring = [line("a", types.CITY_REVISED, "02T08:00", "b"), line("b", types.CITY_REVISED, "02T08:00", "a")]
    assert await ids_of("event", "a", Journals(ring)) == ["a", "b"]


def test_events_stand_under_their_causes_chain_by_chain_with_the_time_between() -> None:
    chains = chains_of(lines_of(STORY))
    assert [(chain.correlation_id, chain.is_request, chain.seconds) for chain in chains] == [
        ("request-1", True, None),
        ("request-2", True, 3600.0),
        ("request-3", True, 90_000.0),
    ]
    (endorsed,) = chains[1].steps
    (issued,) = endorsed.following
    (sent,) = issued.following
    assert (endorsed.service, issued.service, sent.service) == ("registry", "matching", "notify")
    assert (endorsed.seconds, issued.seconds, sent.seconds) == (0.0, 60.0, 60.0)
    assert [step.line.event_id for step in chains[1].all()] == ["e2", "e3", "e4"]


def test_a_chain_that_the_clock_began_is_no_request() -> None:
    (chain,) = chains_of(
        lines_of([line("e1", types.PROPOSAL_AGREED, "02T08:00", proposal_id="p1") | {"correlation_id": "e1"}])
    )
    assert not chain.is_request


def test_a_state_that_a_later_one_replaced_on_the_log_says_so() -> None:
    steps = {step.line.event_id: step for chain in chains_of(lines_of(STORY)) for step in chain.all()}
    assert [name for name, step in steps.items() if step.is_replaced] == ["e1"]


def test_a_group_has_read_what_its_committed_offset_has_passed() -> None:
    proposal = waiting("isopolity.matching.proposal")
    proposal["partitions"][0]["committed"] = 4
    own = [group(NOTIFY_GROUP.name, "notify", proposal)]
    reports = {
        "matching": None,
        "registry": report("registry", readers=[], consumers=[]),
        "notify": report("notify", readers=[], consumers=own),
    }
    progress = progress_of(reports, {})
    issued, sent = STORY[2], STORY[3]
    states = [
        [(each.group, each.state) for each in readings_of(each_line, progress)]
        for each_line in lines_of(
            [issued, issued | {"offset": 4}, issued | {"offset": None}, sent, STORY[1] | {"topic": "other"}]
        )
    ]
    assert states == [
        [(NOTIFY_GROUP.name, "read")],
        [(NOTIFY_GROUP.name, "waits")],
        [(NOTIFY_GROUP.name, "unknown")],
        [(MATCHING_GROUP.name, "unknown")],
        [],
    ]


def test_what_a_group_gave_up_it_has_not_read_and_a_copy_that_came_back_neither() -> None:
    proposal = waiting("isopolity.matching.proposal")
    reports = {
        "registry": report("registry"),
        "matching": None,
        "notify": report(
            "notify", consumers=[group(NOTIFY_GROUP.name, "notify", proposal)], dead_letters={"skipped": 1, "poison": 0}
        ),
    }
    assert with_letters(reports) == ["notify"]
    place, again = "isopolity.matching.proposal/0/3", "isopolity.matching.proposal/0/6"
    for letters, told in (
        ([], ("read", "")),
        (None, ("read", "")),
        ([{"group": NOTIFY_GROUP.name, "id": place}], ("given-up", place)),
        ([{"group": NOTIFY_GROUP.name, "id": again, "copy_of": place}], ("given-up", again)),
        ([{"group": MATCHING_GROUP.name, "id": place, "copy_of": ""}], ("read", "")),
    ):
        given_up = None
        if letters is not None:
            whole = complete("notify", "GET", "/notify/v1/dead-letters", 200, letters)
            given_up = [DeadLetterSummary.model_validate(each) for each in whole]
        (reading,) = readings_of(lines_of(STORY)[2], progress_of(reports, {"notify": given_up}))
        assert ((reading.state, reading.letter), reading.service) == (told, "notify")


def test_where_a_thing_stands_is_told_by_its_newest_event() -> None:
    assert present_state_of("proposal", "p1", lines_of(STORY[:4])).code == "proposal-out"
    assert present_state_of("proposal", "p1", lines_of(STORY)).code == "proposal-answered"
    assert present_state_of("mail", "m1", lines_of(STORY)).code == "mail-sent"
    assert present_state_of("member", "espoo", lines_of(STORY[:1])).code == "member-registered"
    revised = line("e7", types.CITY_REVISED, "03T11:00", "request-1", member_id="espoo")
    assert present_state_of("member", "espoo", lines_of([*STORY, revised])).code == "member-endorsed"
    assert present_state_of("partnership", "s1", lines_of(STORY)).code == ""
    founded = line("e7", types.PARTNERSHIP_ESTABLISHED, "03T10:01", "e6", proposal_id="p1", partnership_id="s1")
    assert (
        [each.event_id for each in proposals_open(lines_of(STORY))],
        partnerships_standing(lines_of([*STORY, founded])),
    ) == (
        ["e3"],
        1,
    )
    later = line("e8", types.PROPOSAL_ISSUED, "04T10:00", "e2", member_id="bergen", proposal_id="p2")
    agreed = line("e9", types.PROPOSAL_AGREED, "04T11:00", "e6", member_id="espoo", proposal_id="p1")
    assert [each.event_id for each in proposals_open(lines_of([*STORY, later]))] == ["e3", "e8"]
    assert [each.event_id for each in proposals_open(lines_of([*STORY, later, agreed]))] == ["e8"]


async def test_a_member_that_came_in_endorsed_is_one_as_registry_tells() -> None:
    for journals, code in (
        (Journals(STORY[:1], endorsed=["espoo"]), "member-listed"),
        (Journals(STORY[:1]), "member-registered"),
        (Journals(STORY[:1], away=["registry"]), ""),
        (Journals(STORY, endorsed=["espoo"]), "member-endorsed"),
        (Journals(STORY[2:], endorsed=["espoo"]), "member-listed"),
        (
            Journals([line("e1", types.CITY_WITHDRAWN, "02T08:00", member_id="espoo")], endorsed=["espoo"]),
            "member-left",
        ),
    ):
        found = await follow(journals, "member", "espoo")
        assert found is not None
        told = present_state_of("member", "espoo", found.lines, is_listed=found.is_listed)
        assert (told.code, bool(told.since)) == (code, code not in ("", "member-listed"))


def test_a_no_and_silence_read_the_same() -> None:
    assert {seen_type(name) for name in (types.PROPOSAL_DECLINED, types.PROPOSAL_EXPIRED)} == {CLOSED}
    assert [name for name in EVENT_TYPES if seen_type(name) != name] == [
        types.PROPOSAL_DECLINED,
        types.PROPOSAL_EXPIRED,
    ]
    closed = line("e7", CLOSED, "30T10:00", "e3", proposal_id="p1")
    assert present_state_of("proposal", "p1", lines_of([*STORY, closed])).code == "proposal-closed"


def test_types_are_told_in_the_words_of_their_contract() -> None:
    assert summary_of(types.PROPOSAL_ISSUED) == "A proposal goes out to both sides"
    assert summary_of(CLOSED) is None


TOPIC = "isopolity.registry.city"


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (None, ""),
        (f"{TOPIC}/0/3", f"{TOPIC}/0/3"),
        (f"{TOPIC}/0/9", ""),
        (f"{TOPIC}/0/Anna", ""),
        ("isopolity-registry-city/0/3", ""),
        ("anna@espoo.example", ""),
    ],
)
def test_a_copy_names_the_record_that_was_given_up_first(header: str | None, told: str) -> None:
    headers = [] if header is None else [(COPY_OF, header.encode())]
    at = datetime(2026, 11, 28, tzinfo=UTC)
    letter = DeadLetter(
        topic=TOPIC, partition=0, offset=9, key="espoo", value=b"{}", headers=headers, group="isopolity.matching",
        reason="unknown-type", detail="", at=at,
    )  # fmt: skip
    assert summary(letter).copy_of == told
