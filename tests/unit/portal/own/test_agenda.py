"""A member's agenda: one task whole, the most urgent, the others as a list; what comes, and what was done."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.support.portal.askers import served_partner
from tests.support.portal.service import CITY, NOW, answers, city, listed, portal, signed_in


def proposal(name: str, day: int, answer: str | None = None, stage: str = "open") -> dict[str, Any]:
    other = {"member_kind": "city", "member_id": name.lower(), "name": name, "country": "MA"}
    own = {"answer": answer, "reasons": [{"text": f"{name} offers what you look for."}]}
    moment = (NOW + timedelta(days=day)).isoformat()
    return {"proposal_id": name, "other": other, "answer_by": moment, "stage": stage, "own": own}


def change(status: str, days_ago: int) -> dict[str, Any]:
    return {"status": status, "version": 2, "asked_at": (NOW - timedelta(days=days_ago)).isoformat(), "wanted": {}}


async def me(*proposals: Any, account: dict[str, Any] = CITY, **registry: Any) -> str:
    """The page with these proposals, and with what registry has by its address."""
    served = answers(account) | {"/members/espoo/proposals": listed(*proposals)}
    served |= {f"/{name}": answer for name, answer in registry.items() if name == "handovers"}
    served |= {"/cities/espoo": registry.get("city", 404), "/changes/espoo": registry.get("change", 404)}
    async with portal(served) as browser:
        await signed_in(browser)
        page = await browser.get("/me")
    assert page.status_code == 200
    return " ".join(page.text.split())


def meeting(name: str) -> str:
    return f"Would you like to meet {name}?"


def parts(page: str) -> tuple[list[str], list[str]]:
    """The heading of the task that is shown whole, and what the list names."""
    urgent = re.search(r'id="urgent">(.*?)</section>', page)
    headings = re.findall(r"<h2>([^<]*)", urgent[1] if urgent else "")
    return headings, listed_under("later", page)


def listed_under(part: str, page: str) -> list[str]:
    """The links of a list, by its id."""
    found = re.search(rf'id="{part}">(.*?)</ul>', page)
    return re.findall(r"<a [^>]*>([^<]*)", found[1] if found else "")


async def test_one_task_is_shown_whole_the_first_deadline_first_and_the_others_listed() -> None:
    told = [proposal("Fez", 20), proposal("Cork", 3), proposal("Pecs", 30), proposal("Lima", 10)]
    expected = [meeting(name) for name in ("Cork", "Lima", "Fez", "Pecs")]
    page = await me(*told)
    assert parts(page) == (expected[:1], expected[1:])
    assert 'href="/proposals/Cork">Read and answer</a>' in page
    assert "by 7 December 2026" in page
    assert re.search(r'Your tasks\s<span class="number" aria-hidden="true">4</span>', page)


async def test_nothing_waits_for_an_answer_once_the_own_day_is_over_though_the_suggestion_is_still_open() -> None:
    passed = proposal("Fez", 0) | {"closes_at": (NOW + timedelta(hours=20)).isoformat(), "answer_by": NOW.isoformat()}
    page = await me(passed, proposal("Cork", 1) | {"time_zone": "Pacific/Kiritimati"})
    assert parts(page) == ([meeting("Cork")], [])
    assert "(Kiritimati time)" in page
    assert "you did not answer" in page


async def test_each_proposal_of_a_foundation_names_its_programme() -> None:
    told = [proposal(name, day) for day, name in enumerate(("Fez", "Cork", "Pecs", "Lima"), 1)]
    for each in told:
        each["own"]["programme_name"] = f"Read in {each['proposal_id']}"
    page = await me(*told)
    assert all(f"Read in {name} · " in page for name in ("Fez", "Lima"))


async def test_an_answer_that_is_not_the_last_word_still_awaits() -> None:
    told = [proposal("Fez", 9, "later"), proposal("Cork", 5, "pending"), proposal("Pecs", 1, "yes")]
    page = await me(*told, proposal("Lima", 1, stage="closed"))
    assert parts(page) == ([meeting("Cork")], [meeting("Fez")])
    assert "you said later" in page
    assert listed_under("coming", page) == ["Pecs"]
    assert listed_under("lately", page) == ["Lima"]


async def test_a_decided_change_tells_its_day_and_is_news_from_that_day_on() -> None:
    decided = change("approved", 50) | {"decided_at": (NOW - timedelta(days=3)).isoformat()}
    assert "on 24 November 2026" in await me(change=decided)
    assert "agreed to the change" not in await me(change=change("approved", 50))


async def test_a_handover_and_a_pause_are_to_come_and_a_decided_change_was_done_lately() -> None:
    handover = {"handover_id": "h1", "name": "<Bo>", "valid_until": (NOW + timedelta(days=4)).isoformat()}
    until = (NOW + timedelta(days=6)).date().isoformat()
    page = await me(
        proposal("Fez", 20),
        handovers=listed(handover),
        city=city(paused_until=until),
        change=change("refused", 2),
    )
    assert parts(page) == ([meeting("Fez")], [])
    assert listed_under("coming", page) == ["&lt;Bo&gt; has to confirm the handover", "Your pause"]
    assert listed_under("lately", page)[0] == "The office did not agree to the change that you asked for"
    assert "until 3 December 2026" in page


@pytest.mark.parametrize("asked", [change("pending", 1), change("approved", 31), change("dropped", 1)])
async def test_a_change_that_waits_or_was_decided_long_ago_does_not_await(asked: dict[str, Any]) -> None:
    page = await me(change=asked, city=city(paused_until=NOW.date().isoformat()))
    assert "You have no tasks." in page


@pytest.mark.parametrize(
    ("needs", "way"),
    [
        ([], '<a class="button" href="/me/profile/needs">'),
        (city()["needs"], '<a class="button" href="/me/suggestions">'),
    ],
)
async def test_without_a_task_the_page_says_what_to_do(needs: Any, way: str) -> None:
    page = await me(city=city(needs=needs))
    assert "You have no tasks." in page
    assert way in page
    assert "aria-hidden" not in page.partition('<p class="own">')[2].partition("</p>")[0]


async def test_a_partner_without_a_programme_is_led_to_enter_one() -> None:
    async with portal(served_partner()) as browser:
        await signed_in(browser)
        assert '<a class="button" href="/me/programmes">Enter a programme</a>' in (await browser.get("/me")).text


async def test_earlier_proposals_are_folded_after_the_fifth() -> None:
    told = [proposal(f"City {number}", 1, "no", "closed") for number in range(7)]
    page = await me(*told)
    assert listed_under("lately", page) == [f"City {number}" for number in range(5)]
    assert "<summary>2 earlier proposals</summary>" in page


async def test_while_registry_is_away_proposals_are_shown_all_the_same() -> None:
    page = await me(proposal("Fez", 3), city=503, change=503, handovers=503)
    assert parts(page) == ([meeting("Fez")], [])


async def test_an_approver_is_told_of_proposals_only() -> None:
    def refuse(_request: httpx.Request) -> int:
        return 403

    page = await me(proposal("Fez", 3), account=CITY | {"role": "approver"}, change=refuse, handovers=refuse)
    assert parts(page) == ([meeting("Fez")], [])
