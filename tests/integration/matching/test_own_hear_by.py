"""An asker hears by the end of a day where it is, and a proposal to the other side closes before that."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from isopolity.machine.clock import day_in, end_of_day, in_words
from isopolity.matching.application.workflows.settlement import close_interests
from tests.support.matching.introductions import Introductions, introductions, members

ZONES = ("Pacific/Pago_Pago", "Pacific/Kiritimati")
SECOND = timedelta(seconds=1)


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[Introductions]:
    """City-0 is in Pago Pago, whose day ends last, and city-1 in Kiritimati."""
    async with introductions(tmp_path) as running:
        for state, zone in zip(members(), ZONES, strict=False):
            running.known(state.model_copy(update={"version": 2, "time_zone": zone}))
        yield running


async def test_the_receipt_names_the_day_of_the_asker_and_its_zone(network: Introductions) -> None:
    for number, zone in enumerate(ZONES):
        receipt = await network.asked(f"city-{number}", f"city-{number + 2}")
        ends = end_of_day(network.clock(), zone, days=35)
        assert datetime.fromisoformat(receipt["hears_at"]) == ends
        assert (receipt["time_zone"], receipt["hear_by"]) == (zone, day_in(ends, zone).isoformat())
        again = await network.ask(f"city-{number}", f"city-{number + 2}")
        assert f"you will hear by {in_words(ends, zone)}" in again.json()["detail"]
        assert (await network.get(f"/members/city-{number}/interests", f"city-{number}")).json()["time_zone"] == zone


async def test_an_interest_is_over_when_the_day_of_its_asker_ends_and_its_proposal_before(
    network: Introductions,
) -> None:
    receipt = await network.asked("city-1", "city-0")
    assert await network.place() == 1
    (proposal,) = await network.proposals()
    ends = datetime.fromisoformat(receipt["hears_at"])
    assert proposal.answer_by is not None
    assert proposal.answer_by == proposal.a.answer_by == end_of_day(network.clock(), ZONES[0], days=21)
    assert proposal.answer_by < ends
    for moment, state in ((ends - SECOND, "waiting"), (ends + SECOND, "over")):
        network.clock.now = moment
        await close_interests(network.unit_of_work, moment)
        (seen,) = await network.interests("city-1")
        assert seen["state"] == state
    (heard,) = await network.heard("city-1")
    assert (heard["time_zone"], datetime.fromisoformat(heard["hear_by"])) == (ZONES[1], ends)
