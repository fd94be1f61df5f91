"""Repositories of matching: interests, and the slots that they hold."""

from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.domain.side import Answer
from tests.support.matching.service import NOW
from tests.support.matching.stored import DAY, MONTH, YEAR, an_interest, new_proposals_of


async def test_a_member_has_one_open_interest_in_a_pair(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(3)
    first, other = an_interest("i1", proposals["01"], key="k"), an_interest("i2", proposals["01"], "b")
    async with unit_of_work() as uow:
        await uow.interests.of_member("city-0")
        assert await uow.interests.add(first)
        assert not await uow.interests.add(an_interest("i3", proposals["01"]))
        assert await uow.interests.add(other)
        await uow.interests.save([first.over()])
        assert await uow.interests.add(an_interest("i4", proposals["01"]))
        await uow.commit()
    async with unit_of_work() as uow:
        assert await uow.interests.keyed("city-0", "k") == first.over()
        assert await uow.interests.keyed("city-1", "k") is None
        assert [each.interest_id for each in await uow.interests.open_of(pair_key=first.pair_key)] == ["i2", "i4"]
        assert [each.interest_id for each in await uow.interests.open_of(member_id="city-0")] == ["i4"]
        assert [each.interest_id for each in await uow.interests.earlier("city-0", first.pair_key)] == ["i1", "i4"]
        assert await uow.interests.find(["i2", "i1", "i2", "none"]) == [first.over(), other]


async def test_interests_wait_until_they_are_placed_and_while_their_time_lasts(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(4)
    held, overtaken, sent = (proposals[pair] for pair in ("01", "02", "03"))
    async with unit_of_work() as uow:
        taken_back = sent.issue(NOW, NOW + DAY).supersede(NOW, "taken-back")
        await uow.proposals.add([held, overtaken.supersede(NOW, "overtaken"), taken_back])
        for number, pair in enumerate((held, overtaken, sent)):
            await uow.interests.add(an_interest(f"i{number}", pair).put_into(pair.proposal_id))
        await uow.interests.add(an_interest("i3", proposals["12"]))
        await uow.interests.add(an_interest("i4", proposals["13"], hear_by=NOW))
        assert [each.interest_id for each in await uow.interests.unplaced(NOW)] == ["i1", "i3"]
        assert [each.interest_id for each in await uow.interests.unplaced(NOW, "city-1")] == ["i3"]
        assert [each.interest_id for each in await uow.interests.due(NOW, 9)] == ["i4"]
        assert len(await uow.interests.due(NOW + YEAR, 2)) == 2


async def test_a_pair_rests_for_an_interest_of_either_side(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(3)
    async with unit_of_work() as uow:
        await uow.interests.add(an_interest("i1", proposals["01"]).over())
        await uow.interests.add(an_interest("i2", proposals["12"], "b", hear_by=NOW - YEAR))
        assert await uow.interests.resting(NOW - MONTH) == {proposals["01"].pair_key}
        assert await uow.interests.resting(NOW - 2 * YEAR) == {proposals[pair].pair_key for pair in ("01", "12")}
        assert await uow.interests.resting(NOW - 2 * YEAR, ["city-0"]) == {proposals["01"].pair_key}
        assert await uow.interests.resting(NOW - 2 * YEAR, ["city-2"]) == {proposals["12"].pair_key}
        assert await uow.interests.resting(NOW + MONTH) == set()


async def test_a_slot_of_an_interest_passes_to_its_proposal_once(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        await uow.reservations.reserve([("i1", ["x"]), ("i2", ["y"]), ("p", ["y"])], {"x": 1, "y": 2})
        assert await uow.reservations.holding(["i1", "i2", "none"]) == {"i1", "i2"}
        await uow.reservations.pass_on("i1", "p")
        await uow.reservations.pass_on("i2", "p")
        assert await uow.reservations.taken() == {"x": 1, "y": 1}
        assert await uow.reservations.holding(["i1", "i2", "p"]) == {"p"}


async def test_a_member_is_told_of_no_proposal_that_it_asked_for_before_both_agree(
    unit_of_work: UnitOfWorkFactory,
) -> None:
    proposals = new_proposals_of(4)
    plain = proposals["01"].issue(NOW, NOW + DAY)
    asked = proposals["02"].asked("a", NOW, openly=False).issue(NOW, NOW + DAY)
    agreed = proposals["03"].asked("a", NOW, openly=False).issue(NOW, NOW + DAY).answered("b", Answer.YES, NOW)
    assert agreed is not None
    held = proposals["12"]
    async with unit_of_work() as uow:
        await uow.proposals.add([plain, asked, agreed, held])
        for proposal, expected in ((plain, True), (asked, False), (agreed, True)):
            assert len(await uow.proposals.known_to("city-0", proposal.pair_key)) == expected
            assert len(await uow.proposals.known_to(proposal.b.member_id, proposal.pair_key)) == 1
        assert await uow.proposals.known_to("city-1", held.pair_key) == []
        assert await uow.proposals.known_to("city-3", plain.pair_key) == []
