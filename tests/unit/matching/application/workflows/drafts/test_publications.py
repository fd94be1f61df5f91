"""Each publication keeps its own certificate and its own report, whatever is undone, withdrawn or published later."""

import gzip
from datetime import timedelta

import pytest

from isopolity.contracts.event_types import CITY_REVISED, CITY_WITHDRAWN
from isopolity.matching.application.workflows.drafts.report import draft_report
from isopolity.matching.application.workflows.rounds.execution import current_situation
from isopolity.matching.assignment.certificate import check
from isopolity.matching.assignment.certificate_document import read
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.domain.settings import SendingPolicy
from tests.support.matching.drafts import named
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock, city

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def running(store: FakeStore, clock: TestClock) -> Instance:
    return Instance(store, network_of(many_wishes(8, capacity=1)), SendingPolicy.HOLD, clock, undo_window=DAY)


def leave(running: Instance, name: str) -> None:
    """The city withdraws."""
    state = city(name, version=2, status="withdrawn")
    running.network.put_member("city", name, 2, state.status, state.model_dump_json().encode())


async def merge(running: Instance, name: str) -> None:
    """The city is merged into another entry, which stays; it leaves the network."""
    await running.take_in(CITY_REVISED, city("kept", capacity=9))
    gone = city(name, version=2, status="withdrawn", merged_into="kept", merged_version=1)
    await running.take_in(CITY_WITHDRAWN, gone)
    leave(running, name)


async def proved_pairs(running: Instance, round_id: str, number: int) -> int:
    """The pairs of which a certificate proves that they are a good choice."""
    packed = await running.certificate(round_id, number)
    assert packed is not None
    verdict = check(read(gzip.decompress(packed)))
    assert verdict.is_proved
    return verdict.pairs


async def named_fingerprint(running: Instance, round_id: str) -> str:
    result = (await running.round(round_id)).result
    assert result is not None
    return result.fingerprint


async def test_undoing_the_second_of_two_publications_leaves_the_first_with_its_mails_and_its_proof(
    running: Instance, store: FakeStore, clock: TestClock
) -> None:
    draft = await running.run_draft()
    first, *_ = sorted(map(named, await running.draft_pairs(draft.round_id)))
    await running.publish(draft.round_id, [first])
    before = await running.certificate(draft.round_id, 1)
    fingerprint = await named_fingerprint(running, draft.round_id)
    clock.move(23 * HOUR)
    await running.publish(draft.round_id)
    clock.move(HOUR)
    assert await running.release() == 1
    assert await running.undo(draft.round_id) == 3
    one, two = await running.publications(draft.round_id)
    assert (one.stands, two.stands, two.undone, two.undone_at) == (True, False, 3, clock())
    assert [await proved_pairs(running, draft.round_id, number) for number in (1, 2)] == [1, 4]
    assert await running.certificate(draft.round_id, 1) == before == await running.certificate(draft.round_id)
    assert await named_fingerprint(running, draft.round_id) == fingerprint == one.fingerprint
    assert len(store.proposals("issued")) == 1
    await running.publish(draft.round_id)
    assert [each.number for each in await running.publications(draft.round_id)] == [1, 2, 3]


async def test_undoing_two_publications_at_once_marks_both_and_the_round_names_no_certificate(
    running: Instance, store: FakeStore
) -> None:
    draft = await running.run_draft()
    first, second, *_ = sorted(map(named, await running.draft_pairs(draft.round_id)))
    await running.publish(draft.round_id, [first, second])
    await running.publish(draft.round_id)
    assert await running.undo(draft.round_id) == 4
    assert [(each.undone, each.stands) for each in await running.publications(draft.round_id)] == [(2, False)] * 2
    assert await named_fingerprint(running, draft.round_id) == ""
    assert [await proved_pairs(running, draft.round_id, number) for number in (1, 2)] == [2, 4]
    assert store.kept.alternates == {}


async def test_the_report_of_a_publication_stays_when_members_leave(running: Instance, store: FakeStore) -> None:
    draft = await running.run_draft()
    pairs = sorted(await running.draft_pairs(draft.round_id))
    await running.publish(draft.round_id)
    frozen = store.kept.reports[draft.round_id, 1]
    assert (frozen.report.twinnings, frozen.report.left, frozen.report.all_cities.served) == (4, 0, 8)
    assert frozen.report.gains.twinnings == 4
    assert {(each.a, each.b) for each in frozen.pairs} == set(pairs)
    assert set(frozen.traits) == {holder for pair in pairs for holder in pair}
    for gone in (named(pairs[0])[0], named(pairs[1])[1]):
        leave(running, gone)
    assert store.kept.reports[draft.round_id, 1] == frozen
    async with running.unit_of_work() as uow:
        numbers = await uow.drafts.numbers(draft.round_id)
    today = draft_report(numbers, await current_situation(running.unit_of_work, running.surroundings))
    assert (today.twinnings, today.left) == (2, 2)
    assert (today.gains.twinnings, today.all_cities.served, today.all_cities.cities) == (2, 4, 6)


async def test_a_report_counts_all_that_is_published_and_marks_what_is_new(running: Instance, store: FakeStore) -> None:
    draft = await running.run_draft()
    first, *_ = sorted(await running.draft_pairs(draft.round_id))
    await running.publish(draft.round_id, [named(first)])
    await running.publish(draft.round_id)
    one, two = (store.kept.reports[draft.round_id, number] for number in (1, 2))
    assert [(each.a, each.b, each.is_new) for each in one.pairs] == [(*first, True)]
    assert {(each.a, each.b) for each in two.pairs if not each.is_new} == {first}
    assert (one.report.twinnings, two.report.twinnings) == (1, 4)
    assert len(one.report.unserved) == 6


async def test_a_month_of_publishing_undoing_and_merging_changes_no_proof_and_no_report(
    running: Instance, store: FakeStore, clock: TestClock
) -> None:
    draft = await running.run_draft()
    pairs = sorted(map(named, await running.draft_pairs(draft.round_id)))
    kept: dict[int, tuple[bytes | None, object]] = {}
    for day in range(30):
        waiting = [pair for pair in pairs if await is_waiting(running, draft.round_id, pair)]
        if day == 7:
            await merge(running, waiting[-1][1])
        if day == 20:
            await merge(running, pairs[0][0])
        if waiting:
            await running.publish(draft.round_id, waiting[:1])
        clock.move(20 * HOUR)
        await running.release()
        if day % 5 and any(proposal.stage == "scheduled" for proposal in store.proposals()):
            await running.undo(draft.round_id)
        clock.move(4 * HOUR)
        await running.release()
        for record in await running.publications(draft.round_id):
            found = (
                await running.certificate(draft.round_id, record.number),
                store.kept.reports[draft.round_id, record.number],
            )
            assert kept.setdefault(record.number, found) == found
    records = await running.publications(draft.round_id)
    assert [record.number for record in records] == list(range(1, len(records) + 1))
    assert sum(record.pairs - record.undone for record in records) == len(store.proposals("issued"))
    standing = [record for record in records if record.stands]
    assert len(standing) < len(records)
    assert await named_fingerprint(running, draft.round_id) == standing[-1].fingerprint
    for record in records:
        assert await proved_pairs(running, draft.round_id, record.number) == record.proved_pairs


async def is_waiting(running: Instance, round_id: str, pair: Pair) -> bool:
    """Whether a pair of a draft is chosen and not published."""
    async with running.unit_of_work() as uow:
        numbers = await uow.drafts.numbers(round_id)
    one, other = (f"city/{name}" for name in pair)
    return numbers.edge((one, other)) not in numbers.choice.out.tolist()


async def test_a_publication_of_pairs_that_all_fell_out_is_none(running: Instance) -> None:
    draft = await running.run_draft()
    first, *_ = sorted(map(named, await running.draft_pairs(draft.round_id)))
    leave(running, first[0])
    assert (await running.publish(draft.round_id, [first])).published == 0
    assert list(await running.publications(draft.round_id)) == []


async def test_a_round_that_goes_out_by_itself_is_publication_1(store: FakeStore, clock: TestClock) -> None:
    running = Instance(store, network_of(many_wishes(4, capacity=1)), SendingPolicy.AUTOMATIC, clock)
    result = await running.run_round()
    (record,) = store.kept.publications.values()
    assert (record.number, record.pairs, record.fingerprint) == (1, 2, result.fingerprint)
    assert await proved_pairs(running, record.round_id, 1) == record.proved_pairs == 2


async def test_a_publication_of_a_member_that_is_merged_before_the_mails_is_undone_as_a_whole(
    running: Instance, store: FakeStore
) -> None:
    draft = await running.run_draft()
    first, *_ = sorted(map(named, await running.draft_pairs(draft.round_id)))
    await running.publish(draft.round_id)
    frozen, certificate = store.kept.reports[draft.round_id, 1], await running.certificate(draft.round_id, 1)
    await merge(running, first[0])
    assert await running.undo(draft.round_id) == 4
    (record,) = await running.publications(draft.round_id)
    assert (record.stands, record.undone) == (False, 4)
    known = await running.draft(draft.round_id)
    assert (known.published, known.status) == (0, "open")
    assert store.kept.reports[draft.round_id, 1] == frozen
    assert await running.certificate(draft.round_id, 1) == certificate
