"""The pages: for this machine only, and a mail cannot reach out of its frame."""

from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.types import ASGIApp

from isopolity.command.pages.application import pages
from isopolity.command.pages.home import Figure
from isopolity.command.pages.mailbox import MailFacts
from isopolity.command.pages.maildir import MailBox

FIGURES = [Figure(name="Cities", count=1465, detail="with 412 twinnings among them already")]
KEY = "k" * 43
MEMBERS = ("Espoo", "Medellín", "Espoo", "<b>Bold</b>")


def write_mail(folder: Path, number: int, member: str) -> None:
    mail = EmailMessage()
    mail["From"] = "Learning Cities <no-reply@network.example>"
    mail["To"] = f'"Office, {member}" <office{number}@city.example>'
    mail["Subject"] = f"A twinning for {member}"
    mail["Date"] = f"Wed, 25 Nov 2026 10:00:{number:02} +0000"
    mail["Message-ID"] = f"<mail-{number}@network.example>"
    mail.set_content("As plain text")
    mail.add_alternative(
        '<html><head></head><body><a href="http://127.0.0.1:9999/notify/answer/x">Answer</a></body></html>',
        subtype="html",
    )
    (folder / "new" / str(number)).write_bytes(bytes(mail))


def visiting(app: ASGIApp, peer: str) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app, client=(peer, 40000)), base_url="http://127.0.0.1:8000")


@pytest.fixture
def app(tmp_path: Path) -> ASGIApp:
    for box in ("new", "cur", "tmp"):
        (tmp_path / box).mkdir()
    for number, member in enumerate(MEMBERS):
        write_mail(tmp_path, number, member)
    (tmp_path / "new" / "rubbish").write_bytes(b"\x00\xff")
    regions = ("europe-north-america", "latin-america-caribbean", "europe-north-america", "africa")

    async def facts() -> Mapping[str, MailFacts]:
        return {
            f"mail-{n}": MailFacts(
                purpose="proposal" if n else "introduction",
                member_id=f"m{n}",
                member=member,
                counterpart="Fez",
                region=region,
            )
            for n, (member, region) in enumerate(zip(MEMBERS, regions, strict=True))
        }

    async def figures() -> Sequence[Figure]:
        return FIGURES

    return pages(MailBox(tmp_path), facts, figures, mail_box_key=KEY, demo=True)


@pytest.fixture
async def browser(app: ASGIApp) -> AsyncClient:
    """A browser on this machine that has opened the link to the mail box."""
    visitor = visiting(app, "127.0.0.1")
    await visitor.get(f"/mailbox?key={KEY}")
    return visitor


async def test_first_page_tells_the_counts_and_that_the_data_is_illustrative(browser: AsyncClient) -> None:
    text = (await browser.get("/overview")).text
    for expected in ("465", "2 twinnings", "illustrative", 'href="/mailbox"', 'href="/docs"'):
        assert expected in text


async def test_mail_box_lists_every_mail_newest_first_and_escapes_names(browser: AsyncClient) -> None:
    text = (await browser.get("/mailbox")).text
    assert "4 mails went out" in text
    assert text.index("mail-3") < text.index("mail-0")
    assert "<b>Bold</b>" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("member=espoo", {"mail-0", "mail-2"}),
        ("member=MEDELL%C3%8DN", {"mail-1"}),
        ("member=m3", {"mail-3"}),
        ("region=africa", {"mail-3"}),
        ("purpose=introduction", {"mail-0"}),
        ("member=espoo&purpose=proposal", {"mail-2"}),
        ("member=nowhere", set()),
    ],
)
async def test_mails_are_found_by_member_region_and_purpose(browser: AsyncClient, query: str, found: set[str]) -> None:
    text = (await browser.get(f"/mailbox?{query}")).text
    assert {f"mail-{n}" for n in range(4) if f"/mailbox/mail-{n}" in text} == found


async def test_mail_is_framed_in_a_sandbox_without_scripts(browser: AsyncClient) -> None:
    text = (await browser.get("/mailbox/mail-1")).text
    assert "Office, Medellín" in text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in text
    body = await browser.get("/mailbox/mail-1/html")
    policy = body.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox;")
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy


async def test_answer_link_leads_to_this_instance_whatever_port_it_had_when_the_mail_was_written(
    browser: AsyncClient,
) -> None:
    assert 'href="http://127.0.0.1:8000/notify/answer/x"' in (await browser.get("/mailbox/mail-1/html")).text


async def test_mail_is_shown_as_plain_text_too(browser: AsyncClient) -> None:
    assert "/mailbox/mail-1/text" in (await browser.get("/mailbox/mail-1?as=text")).text
    assert (await browser.get("/mailbox/mail-1/text")).text.strip() == "As plain text"


async def test_docs_lead_to_each_services_own(browser: AsyncClient) -> None:
    index = (await browser.get("/docs")).text
    assert all(f'href="/{name}/docs"' in index for name in ("registry", "matching", "notify"))


@pytest.mark.parametrize("path", ["/mailbox/none", "/docs/none", "/none"])
async def test_page_that_does_not_exist_is_told_politely(browser: AsyncClient, path: str) -> None:
    response = await browser.get(path)
    assert response.status_code == 404
    assert "There is no such page." in response.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "10.0.0.7:8000", ""])
async def test_other_host_name_is_refused(browser: AsyncClient, host: str) -> None:
    assert (await browser.get("/mailbox", headers={"Host": host})).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "LOCALHOST"])
async def test_this_machine_is_served_by_each_of_its_names(browser: AsyncClient, host: str) -> None:
    assert (await browser.get("/overview", headers={"Host": host})).status_code == 200


async def test_other_peer_is_refused(app: ASGIApp) -> None:
    assert (await visiting(app, "192.0.2.7").get("/mailbox")).status_code == 403


@pytest.mark.parametrize(
    "path", ["/mailbox", "/mailbox/mail-1", "/mailbox/mail-1/html", "/mailbox/mail-1/text", "/mailbox/none"]
)
@pytest.mark.parametrize("key", [None, "", "k", "k" * 42 + "j", "ö"])
async def test_mail_box_stays_shut_without_its_key(app: ASGIApp, path: str, key: str | None) -> None:
    parameters = {} if key is None else {"key": key}
    response = await visiting(app, "127.0.0.1").get(path, params=parameters)
    assert response.status_code == 403
    assert "isopolity up" in response.text
    assert "Espoo" not in response.text
    assert "set-cookie" not in response.headers


async def test_link_with_the_key_leads_to_the_same_page_without_it_and_opens_the_others(app: ASGIApp) -> None:
    visitor = visiting(app, "127.0.0.1")
    opened = await visitor.get(f"/mailbox?purpose=proposal&key={KEY}&region=africa")
    assert opened.status_code == 303
    assert opened.headers["location"] == "/mailbox?purpose=proposal&region=africa"
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/mailbox" in cookie
    assert (await visitor.get("/mailbox/mail-1/html")).status_code == 200


@pytest.mark.parametrize("number", ["9" * 5_000, "-1", "1e3", "x", "٣"])
async def test_a_page_number_that_is_none_shows_the_first_page(browser: AsyncClient, number: str) -> None:
    response = await browser.get("/mailbox", params={"page": number})
    assert response.status_code == 200
    assert response.text == (await browser.get("/mailbox")).text


@pytest.mark.parametrize(
    "path", ["/overview", "/mailbox", "/mailbox/mail-1", "/mailbox/mail-1/html", "/nothing", "/assets/style.css"]
)
async def test_every_page_forbids_sniffing_keeping_and_referrers(app: ASGIApp, path: str) -> None:
    for peer in ("127.0.0.1", "203.0.113.7"):
        async with visiting(app, peer) as visitor:
            headers = (await visitor.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors" in headers["Content-Security-Policy"]
