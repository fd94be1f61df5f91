"""The page of a journey: a tree of events, who has read each, mails, and one sentence on where it stands; masked."""

import re
from typing import Any

import httpx

from isopolity.contracts import event_types as types
from isopolity.contracts.seen_events import CLOSED_TYPE as CLOSED
from tests.support.journals import STORY, Journals, line
from tests.support.portal.operations import OPERATOR, console, streams
from tests.support.portal.service import HOSTILE, OFFICE, portal, signed_in

PATH = "/operations/journey"
MAIL = {
    "mail_id": "m1",
    "purpose": "proposal",
    "state": "sent",
    "updated_at": "2026-11-02T09:02:00Z",
    "reason": None,
    "member": "Espoo",
}
RECIPIENT = {"name": "Aino Virtanen", "email": "aino@espoo.example"}  # fmt: skip


NAMED = {
    "/cities": {"items": [{"city_id": "espoo", "name": "Espoo", "country": "FI"}], "next": None},
    "/partners": {"items": [{"partner_id": "cork", "name": "Cork Fund", "home_country": "IE"}], "next": None},
}


def served(journals: Journals, account: dict[str, Any] = OPERATOR) -> dict[str, Any]:
    """The services with these journals."""

    def journal(request: httpx.Request) -> Any:
        parameters: dict[str, Any] = {name: request.url.params.get_list(name) for name in request.url.params}
        parameters |= {"limit": parameters.get("limit", ["100"])[0]} if "limit" in parameters else {}
        found = journals.answer(request.url.host, request.url.path.partition("/v1")[2], parameters)
        return httpx.Response(503) if found is None else found

    return console(account) | {
        "/journal": journal, "/journal/counts": journal, "/mails": {"items": [MAIL], "next": None},
        "/mails/m1": MAIL | {"recipient": RECIPIENT},
    }  # fmt: skip


async def shown(path: str, journals: Journals | None = None, **options: Any) -> httpx.Response:
    async with portal(served(journals or Journals(), **options)) as browser:
        await signed_in(browser)
        return await browser.get(path)


async def test_a_proposal_is_told_as_a_tree_with_its_mails_and_where_it_stands() -> None:
    page = (await shown(f"{PATH}/proposal/p1")).text
    for expected in (
        "An answer has come; it waits for the other side.", "A proposal goes out to both sides", "after 60 s",
        "read by notify", "read by matching", "notify has not read", "<strong>sent</strong>", "request-2",
    ):  # fmt: skip
        assert (expected in page) == (expected != "notify has not read"), expected
    assert page.index('id="e2"') < page.index('id="e3"') < page.index('id="e4"') < page.index('id="e5"')
    tree = page.partition("<h1>")[2]  # below the menus
    assert tree.count("<details") == tree.count("</details>") == 2 + 3
    for hidden in ("Aino", "aino@", ">Espoo<"):
        assert hidden not in page


async def test_members_are_told_by_their_names_and_each_mail_by_the_side_that_it_went_to() -> None:
    mails = [
        MAIL | {"member_id": "espoo", "answer_by": "2026-12-19T09:00:00Z"},
        MAIL | {"mail_id": "m2", "member_id": "cork", "state": "deferred"},
        MAIL | {"mail_id": "m3"},
        MAIL | {"mail_id": "m4", "purpose": "introduction", "answer_by": "2026-12-19T09:00:00Z"},
    ]
    told = served(Journals()) | NAMED | {"/mails": {"items": mails, "next": None}}
    seen: list[httpx.Request] = []
    async with portal(told, seen) as browser:
        await signed_in(browser)
        member = (await browser.get(f"{PATH}/member/espoo")).text
        proposal = (await browser.get(f"{PATH}/proposal/p1")).text
        unknown = (await browser.get(f"{PATH}/member/cork")).text
    assert '<h1>Member <span translate="no">Espoo</span></h1>\n<p class="quiet" translate="no">espoo</p>' in member
    link = '<a href="/operations/journey/member/cork" translate="no">Cork Fund</a>'
    waits = member.index("Proposals that wait for answers")
    assert waits < member.index(link) < member.index(">p1</a>") < member.index("<h2>Mails</h2>")
    member = " ".join(member.split())
    assert "Proposal, to this member: <strong>sent</strong>" in member
    assert member.count("to be answered by 19 December 2026") == 1, "an introduction asks for no answer"
    assert f"Proposal, to the other side: {link}: <strong>deferred" in member
    assert "<li>Proposal: <strong>sent</strong>" in member, "an earlier release does not tell to whom"
    assert f'translate="no">Espoo</a> \N{EN DASH} {link}' in proposal
    assert "Proposals that wait" not in proposal
    assert '<span translate="no">Cork Fund</span>' in unknown
    asked = [request.url.params["ids"] for request in seen if "ids" in request.url.params]
    assert asked == ["espoo,cork"] * 4 + ["cork"] * 2 + ["cork,espoo"] * 2


async def test_a_member_that_came_in_endorsed_is_one_and_a_mail_of_a_request_names_its_side() -> None:
    mails = [MAIL | {"member_id": "cork"}]
    journals = Journals([STORY[0], STORY[3] | {"correlation_id": "request-1", "causation_id": "e1"}])
    told = served(journals) | NAMED | {"/mails": {"items": mails, "next": None}}
    async with portal(told) as browser:
        await signed_in(browser)
        member = (await browser.get(f"{PATH}/member/espoo")).text
        asked = (await browser.get(f"{PATH}/correlation/request-1")).text
    assert "It is a member of the network." in member
    assert 'Proposal, to <a href="/operations/journey/member/cork" translate="no">Cork Fund</a>' in asked


async def test_who_has_not_read_an_event_is_told_first() -> None:
    late = [each | {"offset": 700} if each["event_id"] == "e3" else each for each in STORY]
    page = (await shown(f"{PATH}/member/espoo", Journals(late))).text
    assert "notify has not read 1 of these events yet." in page
    assert "waits for notify" in page
    assert "replaced by a later state on the log" in page
    assert "1 proposal waits for answers." in page


async def test_an_event_that_a_group_gave_up_leads_to_its_dead_letter() -> None:
    place = "isopolity.matching.proposal/0/3"
    told = served(Journals()) | console(notify=streams("notify", dead_letters={"skipped": 1}))
    for letters, away in (([{"group": "isopolity.notify", "id": place, "copy_of": ""}], False), (503, True)):
        async with portal(told | {"/dead-letters": letters}) as browser:
            await signed_in(browser)
            page = (await browser.get(f"{PATH}/proposal/p1")).text
        link = f'<strong><a href="/operations/dead-letters/notify/{place}">given up by notify</a></strong>'
        assert ((link in page), ("notify does not answer" in page)) == (not away, away)
        assert ("notify gave up 2 of these events: they are dead letters." in page) == (not away)
        assert (page.count("read by notify") > 1) == away  # notify reads the event of the city, too


async def test_a_closed_proposal_does_not_tell_how_it_closed() -> None:
    closed = line("e7", CLOSED, "30T10:00", "e3", proposal_id="p1")
    page = (await shown(f"{PATH}/proposal/p1", Journals([*STORY, closed]))).text
    assert "It is closed: nothing was agreed." in page
    assert "proposal.closed" in page
    assert "declined" not in page
    assert "expired" not in page


async def test_too_many_events_are_counted_and_a_service_that_is_away_is_named() -> None:
    many = [line(f"n{n:04}", types.CITY_REVISED, "02T08:00", "request-1", member_id="espoo") for n in range(501)]
    page = (await shown(f"{PATH}/member/espoo", Journals(many, away=["notify"]))).text
    assert "There are 501 events, too many to list. These are the counts." in page
    assert "notify does not answer" in page


def uuid(kind: str, number: int) -> str:
    """An id as long as those of a network."""
    return f"{kind}-{number:04x}-7b1d-8c2f-{number:012x}"


async def test_many_events_stand_on_pages_of_which_none_is_large() -> None:
    many = [
        line(
            uuid("019a0001", n), types.PROPOSAL_ISSUED, "02T08:00",
            uuid("019a0001", n - 1) if n % 7 else f"request-{uuid('019a0002', n)}", member_id=uuid("019a0003", 0),
            other_member_id=uuid("019a0003", n + 1), proposal_id=uuid("019a0004", n),
        )
        for n in range(480)
    ]  # fmt: skip
    journals, path, address = Journals(many), f"{PATH}/member/{uuid('019a0003', 0)}", ""
    seen: list[str] = []
    async with portal(served(journals) | {"/mails": {"items": [MAIL] * 21, "next": "x"}}) as browser:
        await signed_in(browser)
        for number in range(16):
            page = (await browser.get(path + address)).text
            assert len(page.encode()) < 60_000
            assert f"Events {number * 30 + 1} to {number * 30 + 30} of 480" in page
            assert page.count("Introduction of both sides") + page.count("<strong>sent</strong>") == 20
            found = re.findall('<li id="([^"]+)"', page)
            assert ("Its cause is on an earlier page." in page) == (number * 30 % 7 != 0)
            seen += found
            (address,) = re.findall(r'href="(\?begin=\d+)">Later', page) or ["?begin=99999"]
        assert sorted(seen) == [each["event_id"] for each in many]
        assert 'href="?begin=420">Earlier' in (await browser.get(path + address)).text
        assert "Events 1 to 30 of" in (await browser.get(f"{path}?begin=x")).text


async def test_events_that_followed_are_counted_whole_on_whichever_page_they_stand() -> None:
    root = line("a", types.CITY_REVISED, "02T08:00", "request-1")
    followers = [line(f"f{n:02}", types.CITY_REVISED, f"02T09:{n:02}", "a") for n in range(40)]
    before = [line(f"b{n:02}", types.CITY_REVISED, f"02T07:{n:02}", "request-0") for n in range(29)]
    alone = (await shown(f"{PATH}/event/a", Journals([root, *followers]))).text
    assert "29 of 40 events that followed, the others on the next pages" in alone
    late = [each | {"correlation_id": "request-1"} for each in before]
    last = (await shown(f"{PATH}/correlation/request-1", Journals([*late, root, *followers]))).text
    assert "40 events followed, on the next pages" in last
    whole = (await shown(f"{PATH}/event/a", Journals([root, *followers[:2]]))).text
    assert "2 events followed<" in whole


async def test_the_journey_of_an_event_opens_where_the_event_stands() -> None:
    many = [line(f"n{n:04}", types.CITY_REVISED, f"02T08:{n // 60:02}", "request-1") for n in range(100)]
    page = (await shown(f"{PATH}/event/n0070", Journals(many))).text
    assert "Events 61 to 90 of 100" in page
    assert 'id="n0070"' in page


async def test_the_form_leads_to_a_journey_and_keeps_what_was_typed_where_it_cannot() -> None:
    good = await shown(f"{PATH}?kind=proposal&id=+p1+")
    assert (good.status_code, good.headers["location"].partition("/operations")[2]) == (303, "/journey/proposal/p1")
    for path, status, sentence in (
        (f"{PATH}?kind=proposal&id=p+1", 422, "Give the id, without spaces."),
        (f"{PATH}?kind=proposal&id=", 422, "Give the id, without spaces."),
        (f"{PATH}?kind=planet&id=p1", 422, "There is no journey of this kind"),
        (f"{PATH}/planet/p1", 422, "There is no journey of this kind"),
        (f"{PATH}/proposal/nobody", 404, "No service has an event of this id"),
        (f"{PATH}/correlation/nobody", 404, "No event followed from a request with this id"),
    ):
        answer = await shown(path)
        assert (answer.status_code, sentence in answer.text) == (status, True), path
    kept = await shown(f"{PATH}?kind=proposal&id={HOSTILE.replace(' ', '')}")
    assert HOSTILE not in kept.text


async def test_only_operators_see_a_journey() -> None:
    for account in (OFFICE | {"scopes": ["staff"]},):
        assert (await shown(f"{PATH}/proposal/p1", account=account)).status_code == 303


async def test_a_member_is_found_by_its_name() -> None:
    cities = {"items": [{"city_id": "c1", "name": HOSTILE, "country": "CA"}], "next": None}
    partners = {"items": [{"partner_id": "p1", "name": "Edmonton Trust", "home_country": "CA"}], "next": None}
    async with portal(served(Journals()) | {"/cities": cities, "/partners": partners}) as browser:
        await signed_in(browser)
        page = (await browser.get(f"{PATH}?kind=member&id=edmonton")).text
    assert HOSTILE not in page
    for expected in ("/operations/journey/member/c1", "/operations/journey/member/p1", "Edmonton Trust"):
        assert expected in page
