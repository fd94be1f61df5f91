"""The mail box's pages: for this machine only, a page reads what it shows, a mail cannot reach out of its frame."""

import re
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.types import ASGIApp

from isopolity.command.pages import mailbox
from isopolity.command.pages.guards import Key
from isopolity.command.pages.mailbox import MailFacts
from isopolity.identity.folded_text import fold
from isopolity.machine.maildir import MailBox, MailSummary
from isopolity.web.application import SecurityHeaders
from tests.support.portal.service import HOME, portal_app

KEY = "k" * 43
MEMBERS = ("Espoo", "Medellín", "Espoo", "<b>Bold</b>")


def name_of(number: int) -> str:
    """The name of a file as notify gives it: the time, and the mail's id."""
    return f"{10**18 + number}.mail-{number}.isopolity"


def write_mail(folder: Path, number: int, member: str) -> None:
    mail = EmailMessage()
    mail["From"] = "Learning Cities <no-reply@network.example>"
    mail["To"] = f'"Office, {member}" <office{number}@city.example>'
    mail["Subject"] = f"A twinning for {member}"
    mail["Date"] = "Wed, 25 Nov 2026 10:00:00 +0000"
    mail["Message-ID"] = f"<mail-{number}@network.example>"
    mail.set_content("As plain text")
    mail.add_alternative(
        '<html><head></head><body><a href="http://127.0.0.1:9999/notify/answer/x">Answer</a></body></html>',
        subtype="html",
    )
    (folder / "new" / name_of(number)).write_bytes(bytes(mail))


def visiting(app: ASGIApp, peer: str) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app, client=(peer, 40000)), base_url="http://127.0.0.1:8000")


def facts_of(member: str, number: int) -> MailFacts:
    regions = ("europe-north-america", "latin-america-caribbean", "europe-north-america", "africa")
    return MailFacts(
        purpose="proposal" if number else "introduction",
        member=member,
        region=regions[number],
        searched=fold(f"{member} m{number}"),
    )


FACTS = {f"mail-{number}": facts_of(member, number) for number, member in enumerate(MEMBERS)}


async def ledger(mail_ids: Sequence[str] | None = None) -> Mapping[str, MailFacts]:
    return {mail_id: facts for mail_id, facts in FACTS.items() if mail_ids is None or mail_id in mail_ids}


class Watched(MailBox):
    """A mail box that notes which files are read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.seen: list[str] = []

    def read(self, name: str) -> MailSummary | None:
        self.seen.append(name)
        return super().read(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for box in ("new", "cur", "tmp"):
        (tmp_path / box).mkdir()
    return tmp_path


@pytest.fixture
def mail_box(folder: Path) -> Watched:
    return Watched(folder)


@pytest.fixture
def app(folder: Path, mail_box: Watched) -> ASGIApp:
    for number, member in enumerate(MEMBERS):
        write_mail(folder, number, member)
    (folder / "new" / "rubbish").write_bytes(b"\x00\xff")
    beside = mailbox.routes(mail_box, ledger, ["proposal", "introduction"], Key(KEY))
    return SecurityHeaders(portal_app(HOME, is_local=True, beside=beside))


@pytest.fixture
async def browser(app: ASGIApp) -> AsyncClient:
    """A browser on this machine that has opened the link to the mail box."""
    visitor = visiting(app, "127.0.0.1")
    await visitor.get(f"/mailbox?key={KEY}")
    return visitor


async def test_mail_box_lists_every_mail_newest_first_and_escapes_names(browser: AsyncClient) -> None:
    text = (await browser.get("/mailbox")).text
    assert "5 mails went out" in text
    assert text.index("mail-3") < text.index("mail-0")
    assert "<b>Bold</b>" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("text=espoo", {"mail-0", "mail-2"}),
        ("text=MEDELL%C3%8DN", {"mail-1"}),
        ("text=medellin", {"mail-1"}),
        ("text=m3", {"mail-3"}),
        ("region=africa", {"mail-3"}),
        ("purpose=introduction", {"mail-0"}),
        ("text=espoo&purpose=proposal", {"mail-2"}),
        ("text=nowhere", set()),
    ],
)
async def test_mails_are_found_by_receiver_region_and_purpose(
    browser: AsyncClient, query: str, found: set[str]
) -> None:
    text = (await browser.get(f"/mailbox?{query}")).text
    assert {f"mail-{n}" for n in range(4) if f"/mailbox/{name_of(n)}" in text} == found


async def test_mail_is_framed_in_a_sandbox_without_scripts(browser: AsyncClient) -> None:
    text = (await browser.get(f"/mailbox/{name_of(1)}")).text
    assert "Office, Medellín" in text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in text
    body = await browser.get(f"/mailbox/{name_of(1)}/html")
    policy = body.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox;")
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy


async def test_answer_link_leads_to_this_instance_whatever_port_it_had_when_the_mail_was_written(
    browser: AsyncClient,
) -> None:
    assert 'href="http://127.0.0.1:8000/notify/answer/x"' in (await browser.get(f"/mailbox/{name_of(1)}/html")).text


async def test_mail_is_shown_as_plain_text_too(browser: AsyncClient) -> None:
    assert f"/mailbox/{name_of(1)}/text" in (await browser.get(f"/mailbox/{name_of(1)}?as=text")).text
    assert (await browser.get(f"/mailbox/{name_of(1)}/text")).text.strip() == "As plain text"


@pytest.mark.parametrize("path", ["/mailbox/none", "/mailbox/%00", "/mailbox/..%5Cnew", "/mailbox/rubbish", "/none"])
async def test_page_that_does_not_exist_is_told_politely(browser: AsyncClient, path: str) -> None:
    response = await browser.get(path)
    assert response.status_code == 404
    assert "Page not found" in response.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "10.0.0.7:8000", ""])
async def test_other_host_name_is_refused(browser: AsyncClient, host: str) -> None:
    assert (await browser.get("/mailbox", headers={"Host": host})).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "LOCALHOST:8000"])
async def test_this_machine_is_served_by_each_of_its_names(browser: AsyncClient, host: str) -> None:
    assert (await browser.get("/mailbox", headers={"Host": host})).status_code == 200


async def test_other_peer_is_refused(app: ASGIApp) -> None:
    assert (await visiting(app, "192.0.2.7").get("/mailbox")).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/mailbox",
        f"/mailbox/{name_of(1)}",
        f"/mailbox/{name_of(1)}/html",
        f"/mailbox/{name_of(1)}/text",
        "/mailbox/none",
    ],
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
    assert (await visitor.get(f"/mailbox/{name_of(1)}/html")).status_code == 200


@pytest.mark.parametrize("query", ["before=", "after=", "before=zzz", "after=zzz", "page=3", "before=%00"])
async def test_a_place_that_is_none_shows_mails_all_the_same(browser: AsyncClient, query: str) -> None:
    response = await browser.get(f"/mailbox?{query}")
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/mailbox", f"/mailbox/{name_of(1)}", f"/mailbox/{name_of(1)}/html", "/mailbox/none"])
async def test_every_page_forbids_sniffing_keeping_and_referrers(app: ASGIApp, path: str) -> None:
    for peer in ("127.0.0.1", "203.0.113.7"):
        async with visiting(app, peer) as visitor:
            headers = (await visitor.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors" in headers["Content-Security-Policy"]


async def test_pages_of_the_list_lead_to_each_other_and_read_what_they_show(folder: Path, mail_box: Watched) -> None:
    for number in range(120):
        write_mail(folder, number, "Espoo")
    app = portal_app(HOME, beside=mailbox.routes(mail_box, ledger, [], Key(KEY)))
    browser = visiting(app, "127.0.0.1")
    await browser.get(f"/mailbox?key={KEY}")
    pages = ["/mailbox"]
    for rel, label in (("next", "Earlier mails"), ("next", "Earlier mails"), ("prev", "Later mails")):
        text = (await browser.get(pages[-1])).text
        assert label in text
        found = re.search(f'rel="{rel}" href="([^"]*)"', text)
        assert found is not None
        pages.append(found[1].replace("&amp;", "&"))
    shown = []
    for address in pages:
        mail_box.seen.clear()
        text = (await browser.get(address)).text
        shown.append([int(number) for number in re.findall(r'href="/mailbox/\d+\.mail-(\d+)\.', text)])
        assert mail_box.seen == [name_of(number) for number in shown[-1]], "no other file is read"
    assert shown == [[*range(119, 69, -1)], [*range(69, 19, -1)], [*range(19, -1, -1)], [*range(69, 19, -1)]]


async def test_somebody_is_looked_for_in_the_mails_that_the_ledger_knows_no_receiver_of(
    folder: Path, mail_box: Watched, browser: AsyncClient
) -> None:
    write_mail(folder, 4, "Stranger")
    mail_box.seen.clear()
    text = (await browser.get("/mailbox?text=stranger")).text
    assert name_of(4) in text
    assert set(mail_box.seen) == {name_of(4), "rubbish"}
    assert name_of(4) in (await browser.get("/mailbox?text=office4@city.example")).text


async def test_a_request_that_came_through_a_proxy_is_refused(browser: AsyncClient) -> None:
    for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
        assert (await browser.get("/mailbox", headers={header: "203.0.113.7"})).status_code == 403
