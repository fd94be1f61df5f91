"""`/notify/v1/mail-server`: staff and operators read how the mail server is, and have it tried at once."""

import pytest

from isopolity.notify.domain.mail_server import MailServer
from tests.support.notify.bench import NotifyBench
from tests.support.notify.sessions import by

PATH = "/notify/v1/mail-server"


async def _be_away(bench: NotifyBench) -> MailServer:
    async with bench.unit_of_work() as uow:
        server = await uow.mail_server.change(lambda known: known.away("connect-lost", bench.clock()))
        await uow.commit()
    return server


async def test_who_looks_after_the_network_reads_since_when_and_why_it_is_away(bench: NotifyBench) -> None:
    server = await _be_away(bench)
    async with bench.client() as client:
        answer = (await client.get(PATH, headers=by(member=None, scope="operator"))).json()
    assert (answer["reason"], answer["answered_at"]) == ("connect-lost", None)
    assert server.away_since is not None
    assert answer["away_since"] == server.away_since.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("scope", ["operator:redrive", "staff:publish"])
async def test_a_server_that_is_away_is_tried_at_once(bench: NotifyBench, scope: str) -> None:
    await _be_away(bench)
    bench.clock.advance(seconds=1)
    async with bench.client() as client:
        assert (await client.post(f"{PATH}/try", headers=by(member=None, scope=scope))).status_code == 200
    async with bench.unit_of_work() as uow:
        assert (await uow.mail_server.get()).may_be_tried(bench.clock())


async def test_who_only_reads_has_nothing_tried(bench: NotifyBench) -> None:
    server = await _be_away(bench)
    async with bench.client() as client:
        for scope in ("operator:read", "staff:read", "member"):
            assert (await client.post(f"{PATH}/try", headers=by(member=None, scope=scope))).status_code == 403
    async with bench.unit_of_work() as uow:
        assert await uow.mail_server.get() == server
