"""An asker sees the same whatever becomes of its interest, and nobody else sees anything of it before it is sent."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from isopolity.contracts.registry import PartnerState
from isopolity.matching.domain.settings import SendingPolicy
from tests.support.matching.introductions import Introductions, code, headers_of, introductions, members

HOLD = SendingPolicy.HOLD


ROUNDS_ONLY = SendingPolicy.ROUNDS_ONLY


async def test_who_did_not_ask_openly_is_not_told(network: Introductions) -> None:
    await network.asked("city-0", "city-1")
    await network.place()
    (seen,) = await network.own_proposals("city-1")
    assert seen["other_asked"] is False
    assert "asked_by" not in seen


async def test_a_member_asks_and_reads_in_its_own_name_only(network: Introductions) -> None:
    staff = await network.client.post("/members/city-0/interests", json={"other_id": "city-1"}, headers=headers_of())
    assert staff.status_code == 403
    assert (await network.get("/members/city-0/interests")).status_code == 200
    foreign = await network.get("/members/city-0/interests", "city-1")
    assert (foreign.status_code, code(foreign)) == (403, "not-your-own")
    unknown = await network.ask("city-0", "nobody")
    assert (unknown.status_code, code(unknown)) == (404, "unknown-member")


Act = Callable[[Introductions], Awaitable[Any]]


async def _nothing(network: Introductions) -> None:
    return


def _answers(answer: str) -> Act:
    async def act(network: Introductions) -> None:
        proposal = next(one for one in await network.proposals() if one.asked_by is not None)
        await network.answer(proposal.proposal_id, "b", answer)

    return act


async def _full(network: Introductions) -> None:
    pair = [one for one in network.new_proposals() if one.pair_key in ("city-1:city-2", "programme/halcyon/x:city-1")]
    assert await network.issue(pair) == 1


async def _sponsored(network: Introductions) -> None:
    async with network.unit_of_work() as uow:
        await uow.reservations.reserve([("x", ["city/city-1/sponsorships"])], {"city/city-1/sponsorships": 1})
        await uow.commit()


async def _without_contact(network: Introductions) -> None:
    network.network.put_contact("contact-of-city-1", 2, None)


async def _taken_back(network: Introductions) -> None:
    await network.take_back([one.proposal_id for one in await network.proposals() if one.asked_by is not None])


async def _avoids_askers(network: Introductions) -> None:
    """State that it cannot work with the countries of those who ask."""
    known, partner = members()[1], members()[-1]
    assert isinstance(partner, PartnerState)
    network.known(known.model_copy(update={"version": 2, "avoided_countries": ("AX", partner.home_country)}))


BEFORE: dict[str, Act] = {
    "full": _full,
    "no contact": _without_contact,
    "sponsored": _sponsored,
    "avoids the asker": _avoids_askers,
}


AFTER: dict[str, Act] = {
    "no": _answers("no"),
    "later": _answers("later"),
    "pending": _answers("pending"),
    "loses its contact": _without_contact,
    "taken back": _taken_back,
    "avoids the asker from now on": _avoids_askers,
}


UNDER_HOLD: dict[str, Act] = {
    "never approved": _nothing,
    "discarded": lambda network: network.discard(),
    "approved": lambda network: network.approve(),
}


WORLDS = [
    ("silence", ROUNDS_ONLY, _nothing, _nothing),
    *((name, ROUNDS_ONLY, act, _nothing) for name, act in BEFORE.items()),
    *((name, ROUNDS_ONLY, _nothing, act) for name, act in AFTER.items()),
    *((name, HOLD, _nothing, act) for name, act in UNDER_HOLD.items()),
]


@pytest.mark.parametrize(
    ("asker", "order"),
    [
        pytest.param("city-0", {}, id="a city", marks=pytest.mark.long),  # a property test asks as a city, too
        pytest.param("halcyon", {"programme_id": "reading"}, id="a partner with two programmes"),
    ],
)
async def test_the_asker_sees_the_same_whatever_becomes_of_its_interest(
    tmp_path: Path, asker: str, order: dict[str, Any]
) -> None:
    views: dict[str, list[Any]] = {}
    for name, policy, before, after in WORLDS:
        async with introductions(tmp_path / name, policy) as network:
            await before(network)
            seen = views.setdefault(name, [])
            seen.append(await _receipt(network, asker, order))
            seen.append(await network.views(asker, ["city-1"]))
            await network.place()
            seen.append(await network.views(asker, ["city-1"]))
            await after(network)
            for days in (1, 20.5, 1, 13, 300):
                await network.pass_time(days)
                seen.append(await _without_others(network, asker))
                seen.append(code(await network.ask(asker, "city-1", **order)))
            assert len(await network.heard(asker)) == 1
    for name, seen in views.items():
        assert seen == views["silence"], name


async def _receipt(network: Introductions, asker: str, order: dict[str, Any]) -> Any:
    told = await network.asked(asker, "city-1", **order)
    del told["interest_id"]
    return told


async def _without_others(network: Introductions, asker: str) -> Any:
    """The asker's views; of suggestions those about the pair's members only, since others have their own lives."""
    seen = await network.views(asker, ["city-1"])
    seen["suggestions"] = [each for each in seen["suggestions"] if each["other"]["member_id"] == "city-1"]
    return seen


@pytest.mark.parametrize("policy", [HOLD, ROUNDS_ONLY], ids=str)
@pytest.mark.parametrize("asker", ["city-0", "halcyon"])
async def test_nobody_else_sees_anything_of_an_interest_before_it_is_sent(
    tmp_path: Path, policy: SendingPolicy, asker: str
) -> None:
    seen = []
    for name in ("asked", "not asked"):
        async with introductions(tmp_path / name, policy) as network:
            if policy is ROUNDS_ONLY:
                await _without_contact(network)
            if name == "asked":
                await network.asked(asker, "city-1", **({"programme_id": "reading"} if asker == "halcyon" else {}))
                await network.place()
            views = [await network.views(each, [asker]) for each in ("city-1", "city-2", "city-3")]
            await network.discard()
            await network.pass_time(36)
            views += [await network.views(each, [asker]) for each in ("city-1", "city-2", "city-3")]
            seen.append(views)
    assert seen[0] == seen[1]


async def test_a_page_of_proposals_is_as_long_as_if_the_hidden_ones_were_not_there(tmp_path: Path) -> None:
    async with introductions(tmp_path, capacity=9) as network:
        await network.issue([one for one in network.new_proposals() if one.pair_key == "city-0:city-2"])
        await network.asked("city-0", "city-1")
        await network.asked("city-0", "city-3")
        await network.place()
        page = (await network.get("/members/city-0/proposals?limit=1", "city-0")).json()
        assert [each["other"]["member_id"] for each in page["items"]] == ["city-2"]
