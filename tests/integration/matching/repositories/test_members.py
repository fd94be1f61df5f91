"""Repositories of matching: members and other states, of which only newer ones stay; amounts, watermarks, events."""

from dataclasses import replace

from isopolity.contracts.catalogue import RESPONSE
from isopolity.contracts.event_types import CANARY_RELAYED
from isopolity.contracts.registry import CanarySounded
from isopolity.matching.application.ports.unit_of_work import SeenState, UnitOfWorkFactory
from isopolity.matching.domain.money.grants import SetAmount
from isopolity.matching.domain.partnership import Partnership
from tests.support.matching.service import NOW
from tests.support.matching.stored import DAY, a_member, an_interest, keep, new_proposals_of


async def test_only_a_newer_state_of_a_member_is_kept(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        uow.members.put(a_member("a", 2))
        uow.members.put(a_member("a", 1, status="applied"))
        assert await uow.members.version("a") == 0  # until it is written
        await uow.members.write()
        assert await uow.members.version("a") == 2
        uow.members.put(a_member("b", 1, status="applied"))
        await uow.commit()
    async with unit_of_work() as uow:
        locked = await uow.members.lock([a_member("b", 3), a_member("a", 1, status="withdrawn")])
        assert [(row.member_id, row.version, row.status) for row in locked] == [
            ("a", 2, "endorsed"),
            ("b", 3, "endorsed"),
        ]
        assert locked[0].capacities == {"city/a": 3}
        assert await uow.members.count() == {"city": 2}


async def test_suggestions_are_made_once_for_a_version(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        assert not await uow.members.suggest_once("a", 1)  # a member that nobody knows
        uow.members.put(a_member("a", 2))
        await uow.members.write()
        assert [await uow.members.suggest_once("a", version) for version in (2, 2, 1, 3)] == [True, False, False, True]


async def test_a_member_waits_for_suggestions_until_somebody_ends_it_or_makes_them(
    unit_of_work: UnitOfWorkFactory,
) -> None:
    async with unit_of_work() as uow:
        for name in ("a", "b", "c"):
            uow.members.put(a_member(name, 1))
        await uow.members.write()
        for name in ("c", "b", "a"):
            await uow.members.let_wait(name)
        assert await uow.members.waiting() == ["a", "b", "c"]
        ended = await uow.members.end_wait("b")
        assert ended is not None
        assert (ended.member_id, ended.version, ended.capacities) == ("b", 1, {"city/b": 3})
        assert await uow.members.end_wait("b") is None
        assert await uow.members.suggest_once("c", 1)
        uow.members.put(a_member("a", 2, status="withdrawn"))
        await uow.members.write()
        assert await uow.members.end_wait("a") is None
        assert await uow.members.waiting() == []


async def test_amounts_are_kept_by_request_and_currency_until_they_are_cleared(
    unit_of_work: UnitOfWorkFactory,
) -> None:
    def amount(request_id: str, currency: str, least: int) -> SetAmount:
        asked = {"asked_min": 1, "asked_max": 2, "asked_currency": "KES"}
        return SetAmount(request_id=request_id, currency=currency, least=least, most=9, set_at=NOW, **asked)  # type: ignore[arg-type]  # texts and numbers

    kept = [amount("rooms", "EUR", 3), amount("rooms", "USD", 4), amount("books", "EUR", 5)]
    async with unit_of_work() as uow:
        for each in (amount("rooms", "EUR", 1), *kept):
            await uow.money.put(each)
        assert await uow.money.amounts() == {(each.request_id, each.currency): each for each in kept}
        assert await uow.money.remove("rooms", "EUR") == 1
        assert await uow.money.remove("rooms", "EUR") == 0
        assert await uow.money.remove("rooms") == 1
        assert list(await uow.money.amounts()) == [("books", "EUR")]


async def test_the_newest_canary_counts(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        seen = [await uow.sightings.saw_canary("canary", NOW + hours * DAY / 24, NOW) for hours in (1, 1, 0, 2)]
        assert seen == [True, False, False, True]
        assert await uow.sightings.saw_canary("another", NOW, NOW)


async def test_a_watermark_needs_all_partitions_and_never_goes_back(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        for partition in range(1, RESPONSE.partitions):
            await uow.watermarks.reach(partition, NOW)
        assert await uow.watermarks.answers_complete_before() is None
        await uow.watermarks.reach(0, NOW - DAY)
        assert await uow.watermarks.answers_complete_before() == NOW - DAY
        await uow.watermarks.reach(0, NOW)
        await uow.watermarks.reach(3, NOW - DAY)
        assert await uow.watermarks.answers_complete_before() == NOW


async def test_only_a_newer_state_of_a_request_or_twinning_is_kept(unit_of_work: UnitOfWorkFactory) -> None:
    closed, anew = SeenState(version=2, rules_out=True), SeenState(version=3, rules_out=False)
    async with unit_of_work() as uow:
        kept = [await uow.seen_states.put("rooms", state) for state in (closed, closed, anew, closed)]
        assert kept == [True, False, True, False]
        assert await uow.seen_states.find(["rooms", "none"]) == {"rooms": anew}


async def test_an_event_is_published_with_its_transaction(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        assert uow.outbox.publish(CANARY_RELAYED, CanarySounded(canary_id="c", sounded_at=NOW))
        await uow.commit()


async def test_what_a_member_has_goes_on_under_another_id(unit_of_work: UnitOfWorkFactory) -> None:
    known = new_proposals_of(4)
    settled = known["02"].discard(NOW)
    await keep(unit_of_work, [known["01"], settled])
    async with unit_of_work() as uow:
        uow.members.put(a_member("many-0001", 3))
        await uow.members.write()
        assert [row.version for row in await uow.members.find(["many-0001", "nobody"])] == [3]
        asked = [an_interest("1", known["01"]), an_interest("2", known["01"], "b")]
        for each in asked:
            await uow.interests.add(each)
        a = known["01"].a
        assert await uow.interests.concerning(a.member_id) == asked
        assert [each.proposal_id for each in await uow.proposals.settled_of(a.member_id)] == [settled.proposal_id]
        moved = replace(known["01"], a=replace(a, member_id="kept", holder="city/kept"), pair_key="kept:other")
        await uow.proposals.save([moved])
        await uow.interests.save([replace(asked[0], member_id="kept", pair_key="kept:other", key="again")])
        assert await uow.proposals.open_of(member_id="kept") == [moved]
        assert await uow.proposals.open_of(pair_key="kept:other") == [moved]
        assert [each.interest_id for each in await uow.interests.open_of(member_id="kept", pair_key="kept:other")] == [
            "1"
        ]
        assert await uow.interests.keyed("kept", "again") is not None
        await uow.reservations.reserve([("1", [a.holder]), ("2", ["city/kept"])], {a.holder: 1, "city/kept": 1})
        for _ in range(2):  # what it does not hold it does not move
            await uow.reservations.move("1", a.holder, "city/kept")
        assert await uow.reservations.taken() == {"city/kept": 2}, "though there is a place for one"
        agreed = Partnership.established("p", known["01"], NOW)
        await uow.partnerships.add(agreed)
        ended = agreed.end("other", NOW)
        assert ended is not None
        await uow.partnerships.save(ended)
        assert await uow.partnerships.all_of(a.member_id) == [ended]
