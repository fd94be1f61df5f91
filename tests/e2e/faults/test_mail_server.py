"""The mail server is down, slow, refuses a recipient, or cuts the connection inside DATA."""

import asyncio

import pytest

from tests.support.faults.smtp_gate import SmtpGate
from tests.support.faults.sums import check_sums
from tests.support.faults.system import System
from tests.support.faults.traffic import Traffic
from tests.support.faults.waiting import eventually


async def _states(system: System, purpose: str = "proposal") -> list[str]:
    query = f"SELECT state FROM mails WHERE purpose = '{purpose}' ORDER BY created_at DESC, mail_id DESC LIMIT 2"  # noqa: S608 - ours
    return sorted(row["state"] for row in await system.rows("notify", query))


async def test_down_and_back(system: System, traffic: Traffic, gate: SmtpGate) -> None:
    await system.ready()
    gate.down = True
    people = asyncio.create_task(traffic.turn())
    await eventually(lambda: _is_away(system), "the mail server was not known to be away while it was down")
    gate.down = False
    await people
    await check_sums(system, traffic)


async def _is_away(system: System) -> bool:
    return bool(await system.rows("notify", "SELECT 1 FROM mail_servers WHERE away_since IS NOT NULL"))


async def _deferred(system: System) -> bool:
    return bool(await system.rows("notify", "SELECT 1 FROM mails WHERE state = 'deferred'"))


@pytest.mark.parametrize("seconds", [0.2, 3.0], ids=["slow", "slower than the time-out"])
async def test_slow(system: System, traffic: Traffic, gate: SmtpGate, seconds: float) -> None:
    await system.ready()
    gate.delay = seconds
    people = asyncio.create_task(traffic.turn())
    if seconds > 1:
        await eventually(lambda: _is_away(system), "the mail server was not known to be away though it was too slow")
        gate.delay = 0
    await people
    gate.delay = 0
    await check_sums(system, traffic)


@pytest.mark.parametrize(("reply", "state"), [(b"550 5.1.1 no such mailbox\r\n", "failed")], ids=["for good"])
async def test_refusing_one_recipient_spares_the_other(
    system: System, traffic: Traffic, gate: SmtpGate, reply: bytes, state: str
) -> None:
    await system.ready()
    refused, other = await traffic.join()
    gate.refused[refused.email] = reply
    await traffic.propose_to([other])
    await eventually(lambda: _are(system, [state, "sent"]), "the refused mail did not fail, or the other was not sent")
    await traffic.answer([other])
    await check_sums(system, traffic)
    assert not await traffic.mails_to([refused])


async def test_refusing_a_recipient_for_now_only_delays_the_mail(
    system: System, traffic: Traffic, gate: SmtpGate
) -> None:
    await system.ready()
    pair = await traffic.join()
    gate.refused[pair[0].email] = b"450 4.2.0 try again later\r\n"
    people = asyncio.create_task(traffic.propose_to(pair))
    await eventually(lambda: _deferred(system), "no mail was deferred though its recipient was refused for now")
    gate.refused.clear()
    await people
    await traffic.answer(pair)
    await traffic.introduced(pair)
    await check_sums(system, traffic)


async def test_cut_inside_data_is_unknown_until_a_person_decides(
    system: System, traffic: Traffic, gate: SmtpGate
) -> None:
    await system.ready()
    pair = await traffic.join()
    gate.cuts_within = gate.cuts_after = 1

    async def were_cut() -> bool:
        if await _are(system, ["unknown", "unknown"]):
            return True
        # a round may begin before its process has heard of the two
        await traffic.post("matching", "/matching/v1/rounds", {"seed": 7}, also=(202, 409))
        return False

    await eventually(were_cut, "the two mails that were cut are not both unknown")
    arrived = await traffic.mails_to(pair)
    assert len(arrived) == 1, "the mail that was cut before its end arrived, or the one that was complete did not"
    decided = traffic.unknown
    await traffic.propose_to(pair)
    assert traffic.unknown == decided + 2
    await traffic.answer(pair)
    await traffic.introduced(pair)
    await check_sums(system, traffic)


async def _are(system: System, states: list[str]) -> bool:
    return await _states(system) == states
