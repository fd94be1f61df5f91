"""A member leaves, or entries are merged, which may be undone: the preview comes true, mail by mail."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.two_sides.acts import answer
from tests.support.two_sides.cast import Cast, Member, appear
from tests.support.two_sides.views import answer_links
from tests.support.two_sides.world import World, opened

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]


async def departure(world: World, member: Member, of: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = await world.ask("GET", f"/matching/v1/members/{member.member_id}/departure", of=of)
    return found


def mailed(world: World, since: int, *to: Member) -> Counter[str]:
    """The recipients of mails since that many, among the contacts of these members."""
    addresses = {each.email for each in to}
    return Counter(each.recipient for each in world.mailer.delivered[since:] if each.recipient in addresses)


async def merge_espoo_into_faro(world: World, cast: Cast, faro: Member) -> None:
    """The city beside goes on as Faro: its proposal with Bergen finds no place at first."""
    espoo, path = cast.beside, f"/matching/v1/members/{faro.member_id}/merger?duplicate_id={cast.beside.member_id}"
    link = _link(world, espoo)
    (loss,) = (await world.ask("GET", path))["lost"]
    assert (loss["what"], loss["reason"], loss["other"]) == ("proposal", "no-place", "Bergen")
    await faro.change(world, capacity=2)
    said = await world.ask("GET", path)
    assert (said["proposals"], said["lost"]) == (1, [])
    known = {"duplicate_id": espoo.member_id, "confirmed": True}
    await world.ask("POST", f"{faro.path}/merge", known)
    (proposal,) = (await world.ask("GET", f"/matching/v1/members/{faro.member_id}/proposals", of=faro.member_id))[
        "items"
    ]
    assert proposal["proposal_id"] == cast.beside_proposal_id
    assert (await world.client.get(link)).status_code == 200
    world.clock.now += timedelta(seconds=2)  # tokens from before the merger have ended
    path = f"/notify/v1/proposals/{cast.beside_proposal_id}/answer"
    await world.ask("POST", path, {"choice": "yes"}, of=faro.member_id, contact_id=espoo.contact_id)


def _link(world: World, member: Member) -> str:
    """The answer link in the one mail to the member."""
    (mail,) = [each.content for each in world.mailer.delivered if each.recipient == member.email]
    return answer_links(mail)[0]


async def test_who_leaves_ends_what_was_said_and_no_mail_tells_an_answer(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        cast = await appear(world)
        twinning, *_, asked = cast.pairs
        bergen, aveiro, gdansk, faro = *twinning.members, *asked.members
        await merge_espoo_into_faro(world, cast, faro)
        await answer(world, twinning, aveiro, choice="no")
        before = await departure(world, bergen, bergen.member_id)
        said = [await departure(world, each) for each in (bergen, gdansk)]
        assert [(each["proposals"], each["told"], each["asking"]) for each in said] == [(2, 2, 0), (1, 0, 1)]
        assert (before["proposals"], before["told"], before["last_ends"]) == (2, None, said[0]["last_ends"])
        sent, all_five = len(world.mailer.delivered), (bergen, aveiro, cast.beside, gdansk, faro)
        await world.ask("POST", f"{bergen.path}/withdraw")
        assert mailed(world, sent, *all_five) == {}, "nobody hears at once"
        await world.ask("POST", f"{gdansk.path}/withdraw?erase_contacts=true")
        assert mailed(world, sent, *all_five) == {gdansk.email: 1}, "but whom it erases"
        sent = len(world.mailer.delivered)
        last = max(datetime.fromisoformat(each["last_ends"] or each["first_ends"]) for each in said)
        world.clock.now = last + timedelta(minutes=10)
        await world.settle()
        closed = mailed(world, sent, *all_five)
        assert closed == {aveiro.email: 1, cast.beside.email: 1}
        assert sum(closed.values()) == sum(each["told"] for each in said)
        world.clock.now = datetime.fromisoformat(said[1]["last_hears"]) + timedelta(minutes=10)
        await world.settle()
        heard = mailed(world, sent, *all_five) - closed
        assert sum(heard.values()) == sum(each["asking"] for each in said)
        assert heard == {faro.email: 1}


async def test_an_undone_merger_gives_back_its_proposal_and_the_other_side_notices_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        cast = await appear(world)
        bergen, espoo, faro = cast.pairs[0].members[0], cast.beside, cast.pairs[-1].members[1]
        path = "/matching/v1/members/{}/proposals"
        before = await world.ask("GET", path.format(bergen.member_id), of=bergen.member_id)
        link, sent = _link(world, espoo), len(world.mailer.delivered)
        await faro.change(world, capacity=2)
        await world.ask("POST", f"{faro.path}/merge", {"duplicate_id": espoo.member_id, "confirmed": True})
        merger = await world.ask("GET", f"/registry/v1/mergers/{espoo.member_id}")
        since = merger["merged_at"].replace("+", "%2B")
        query = f"duplicate_id={espoo.member_id}&since={since}"
        said = await world.ask("GET", f"/matching/v1/members/{faro.member_id}/undone-merger?{query}")
        assert (merger["obstacle"], said["obstacle"], said["proposals"]) == (None, None, 1)
        await world.ask("POST", f"/registry/v1/mergers/{espoo.member_id}/undo", {"confirmed": True})
        world.clock.now += timedelta(seconds=2)  # tokens from before have ended
        (back,) = (await world.ask("GET", path.format(espoo.member_id), of=espoo.member_id))["items"]
        assert back["proposal_id"] == cast.beside_proposal_id
        assert await world.ask("GET", path.format(bergen.member_id), of=bergen.member_id) == before
        assert (await world.client.get(link)).status_code == 200
        assert mailed(world, sent, bergen) == {}
