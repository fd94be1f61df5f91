"""An applicant's address is confirmed by a mailed link: one mail, a fresh secret each time it is written, a page."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from isopolity.notify.domain.errors import RegistryAway, TryLater
from isopolity.notify.domain.mail import MailState, Purpose
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import applicant, confirmation_event, contact_event, proposal_event


@pytest.fixture
async def client(bench: NotifyBench) -> AsyncIterator[httpx.AsyncClient]:
    bench.applicants.waiting["confirmation-1"] = applicant()
    async with bench.client() as opened:
        yield opened


def link_in(bench: NotifyBench) -> str:
    content = bench.mailer.delivered[-1].content.decode().replace("=\r\n", "").replace("=3D", "=")
    (link, *_) = re.findall(r"http://notify.example(/notify/confirm/[\w-]+)", content)
    return str(link)


async def test_a_requested_confirmation_becomes_one_mail_whose_link_confirms_the_address(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    await bench.handle(confirmation_event(), confirmation_event())
    await bench.handle(confirmation_event())
    await bench.sender().send_due()
    (letter,) = bench.mailer.delivered
    assert letter.recipient == "ana@city.example"
    address = link_in(bench)
    for _ in range(2):
        page = await client.get(address)
        assert page.status_code == 200
        assert '<form method="post"' in page.text
    assert bench.applicants.confirmed == []
    assert (await client.post(address)).status_code == 200
    assert bench.applicants.confirmed == ["confirmation-1"]
    again = await client.post(address)
    assert (again.status_code, "no longer works" in again.text) == (410, True)


async def test_who_is_handed_a_role_reads_by_whom_and_gets_a_link_to_the_portal(bench: NotifyBench) -> None:
    bench.applicants.waiting["confirmation-1"] = replace(applicant("Bo <Lind>"), handed_over_by="Ana & Co.")
    await bench.handle(confirmation_event())
    await bench.sender().send_due()
    (letter,) = bench.mailer.delivered
    content = letter.content.decode().replace("=\r\n", "")
    assert "Ana & Co. asks you to take over" in content
    assert "http://notify.example/handover/" in content
    assert "/notify/confirm/" not in content


async def test_the_ledger_knows_the_mail_by_its_confirmation_and_no_event_tells_of_it(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    await bench.handle(confirmation_event())
    await bench.sender().send_due()
    (mail,) = await bench.mails()
    assert (mail.purpose, mail.state, mail.occasion_id) == (Purpose.CONFIRMATION, MailState.SENT, "confirmation-1")
    assert (mail.proposal_id, mail.side, mail.contact_id) == (None, "", "")
    assert await bench.published() == []


async def test_what_is_not_to_be_confirmed_any_more_is_not_mailed(bench: NotifyBench) -> None:
    await bench.handle(confirmation_event("gone"))
    await bench.sender().send_due()
    (mail,) = await bench.mails()
    assert (mail.state, mail.reason, bench.mailer.offered) == (MailState.SUPPRESSED, "confirmation-ended", [])
    assert await bench.published() == []


async def test_while_registry_is_away_the_mail_waits_and_others_go(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    bench.applicants.problem = RegistryAway("registry does not answer")
    await bench.handle(confirmation_event(), contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["a@city.example", "b@city.example"]
    bench.applicants.problem = None
    bench.clock.advance(minutes=1)
    await bench.sender().send_due()
    assert "ana@city.example" in bench.mailer.recipients()


async def test_each_attempt_has_a_fresh_secret_and_the_earlier_one_ends(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    await bench.handle(confirmation_event())
    bench.mailer.at_transmit["ana@city.example"] = TryLater("smtp-451")
    await bench.sender().send_due()
    bench.mailer.at_transmit.clear()
    bench.clock.advance(minutes=1)
    await bench.sender().send_due()
    assert link_in(bench).endswith("/secret-2")
    assert (await client.post("/notify/confirm/secret-1")).status_code == 410
    assert (await client.post("/notify/confirm/secret-2")).status_code == 200


async def test_while_registry_is_away_the_page_asks_for_patience(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    bench.applicants.problem = RegistryAway("registry does not answer")
    page = await client.post("/notify/confirm/secret")
    assert (page.status_code, page.headers["retry-after"]) == (503, "60")
    assert "your link stays valid" in page.text


async def test_pages_are_kept_from_caches_referrers_frames_scripts_and_search_engines(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    for page in (await client.get("/notify/confirm/s"), await client.post("/notify/confirm/s")):
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-robots-tag"] == "noindex, nofollow"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "script-src" not in page.headers["content-security-policy"]
        (href,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
        assert (await client.get(str(page.url.join(href)))).status_code == 200


async def test_the_secret_is_in_no_log_line(
    bench: NotifyBench, client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await bench.handle(confirmation_event())
    await bench.sender().send_due()
    await client.get(link_in(bench))
    await client.post(link_in(bench))
    captured = capsys.readouterr()
    assert "/notify/confirm/{secret}" in captured.out
    assert "secret-1" not in captured.out + captured.err + repr(applicant())
