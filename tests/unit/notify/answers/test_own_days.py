"""The day that was named: mails and pages tell hour and zone, and answers count until it ends for their side."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from isopolity.contracts.event import Data, Event
from isopolity.contracts.matching import ProposalState
from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from isopolity.notify.application.matching_events import to_proposal
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import PROPOSAL_ID, contact_event, event, proposal_state, side
from tests.support.notify.letters import MakeCorrespondence, parts

SECOND = timedelta(seconds=1)
SEATTLE = datetime(2026, 12, 17, 7, 59, 59, tzinfo=UTC)
"""The end of 16 December in Seattle, at 16:00 of which it was refused while deadlines ended in UTC."""
KIRITIMATI = datetime(2026, 12, 16, 9, 59, 59, tzinfo=UTC)
OWN_DAY = "16 December 2026, 23:59 (Kiritimati time)"
CLOSES = "17 December 2026, 21:59 (Kiritimati time)"


def in_zones(stage: str = "issued", version: int = 1) -> ProposalState:
    """Side a is in Kiritimati, whose day ends first, side b in Seattle."""
    own = {"a": ("Pacific/Kiritimati", KIRITIMATI), "b": ("America/Los_Angeles", SEATTLE)}
    a, b = (side(name).model_copy(update={"time_zone": zone, "answer_by": end}) for name, (zone, end) in own.items())
    return proposal_state(stage, version, sides=(a, b)).model_copy(update={"answer_by": SEATTLE})


def issued(stage: str = "issued", version: int = 1) -> Event[Data]:
    return event(f"isopolity.matching.proposal.{stage}.v1", in_zones(stage, version))


@pytest.fixture
async def client(bench: NotifyBench) -> AsyncIterator[httpx.AsyncClient]:
    await bench.handle(contact_event("a"), contact_event("b"), issued())
    async with bench.client() as opened:
        yield opened


async def path(bench: NotifyBench, name: str) -> str:
    return f"/notify/answer/{await bench.token(name, PROPOSAL_ID)}"


async def test_seattle_may_answer_until_the_end_of_the_day_that_it_was_told(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    bench.clock.now = SEATTLE - SECOND
    page = await client.get(await path(bench, "b"))
    assert "Please choose, by 16 December 2026, 23:59 (Los Angeles time):" in page.text
    assert 'min="2026-12-16" max="2026-12-16"' in page.text
    assert (await client.post(await path(bench, "b"), data={"choice": "yes"})).status_code == 303
    bench.clock.now = SEATTLE
    assert (await client.post(await path(bench, "b"), data={"choice": "no"})).status_code == 410


@pytest.mark.parametrize("choice", ["", "later", "no", "yes"])
async def test_who_comes_after_its_own_day_reads_when_it_hears_while_the_other_may_answer(
    bench: NotifyBench, client: httpx.AsyncClient, choice: str
) -> None:
    if choice:
        await client.post(await path(bench, "a"), data={"choice": choice})
    bench.clock.now = KIRITIMATI
    pages = [
        await client.get(await path(bench, "a")),
        await client.post(await path(bench, "a"), data={"choice": "yes"}),
    ]
    for page in pages:
        assert page.status_code == 410
        assert "Your time to answer is over" in page.text
        assert "is closed</h1>" not in page.text
        assert f"oon after {CLOSES}" in page.text
        assert ("You said yes" in page.text) is (choice == "yes")
        assert (OWN_DAY in page.text) is (choice != "yes")
    assert (await client.get(await path(bench, "b"))).status_code == 200
    await bench.handle(issued("expired", 2))
    assert "This proposal is closed" in (await client.get(await path(bench, "a"))).text


def test_a_mail_names_day_hour_and_zone_of_its_reader(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    days = {"a": (OWN_DAY, CLOSES), "b": ("16 December 2026, 23:59 (Los Angeles time)",) * 2}
    for name, (until, closes) in days.items():
        for text in parts(writer.write(correspondence(side=name, proposal=to_proposal(in_zones())))):
            words = " ".join(text.replace("<strong>", "").split())
            assert f"Please answer by {until}" in words
            assert f"we write to both that it is closed, soon after {closes}." in words


async def test_the_day_on_which_the_introduction_was_mailed_is_that_of_its_reader(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    address = await path(bench, "a")
    await bench.sender().send_due()
    bench.clock.now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    await bench.handle(issued("agreed", 2))
    await bench.sender().send_due()
    assert "We have mailed you this on 27 November 2026, too" in (await client.get(address)).text
