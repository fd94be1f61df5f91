"""Invitations to make a request: one mail with the programme, and a link that fills the form in."""

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from isopolity.notify.adapters.http_registry import HttpApplicants, RegistryCalls
from isopolity.notify.domain.mail import MailState, Purpose
from isopolity.notify.domain.people import InvitingProgramme
from isopolity.portal.application.request_invitation import Invitation
from tests.support.complete_answers import complete
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import letter_event, office_letter
from tests.support.notify.letters import parsed, parts

READING = InvitingProgramme(
    partner_id="halcyon",
    partner_name="Halcyon",
    programme_id="reading",
    name="Reading <for> all",
    subjects=("cluster.literacy", "sdg.4"),
    topics=("topic.1480",),
    grant_min=10_000,
    grant_max=50_000,
    currency="EUR",
    closes=date(2027, 6, 30),
)
LINK = "/me/requests/new?subject=cluster.literacy,sdg.4&topics=topic.1480&currency=EUR&programme=halcyon/reading"


async def mailed(bench: NotifyBench, **changes: Any) -> tuple[str, str, str]:
    """Subject, plain text in one line, and HTML of the mail."""
    bench.applicants.letters["letter-1"] = replace(office_letter(), invitation=replace(READING, **changes))
    await bench.handle(letter_event(about="invitation"), letter_event(about="invitation"))
    await bench.sender().send_due()
    await bench.sender().report_ended_letters()
    (sent,) = bench.mailer.delivered
    text, html = parts(sent)
    return str(parsed(sent)["Subject"]), " ".join(text.split()), html


async def test_the_mail_names_the_programme_and_leads_to_a_form_that_is_filled_in(bench: NotifyBench) -> None:
    subject, text, html = await mailed(bench)
    assert subject == "São Leopoldo: “Reading <for> all” gives money for what you look for"
    assert text.startswith(
        "Dear Ana Souza, Halcyon has a programme, “Reading <for> all”, that gives money for what São Leopoldo looks "
        "for. Cities get money only where they ask for it, with a request. Grants: 10,000 to 50,000 EUR. About: "
    )
    assert "Last day: 30 June 2027. If you want to ask for money, make a request" in text
    assert "It takes some ten minutes." in text
    assert "If the page asks you to sign in, do so with this address; the form then opens." in text
    assert "A request promises nothing to either side." in text
    assert "Nothing happens if you do nothing. We send this invitation once." in text
    assert LINK in text
    assert LINK.replace("&", "&amp;") in html
    assert "<for>" not in html


def test_the_form_of_a_request_reads_what_the_link_names() -> None:
    named = Invitation.of(parse_qs(LINK.partition("?")[2]))
    assert (named.programme, named.currency) == ("halcyon/reading", "EUR")
    assert (tuple(named.subjects), tuple(named.topics)) == (READING.subjects, READING.topics)


async def test_a_programme_without_a_least_grant_and_a_last_day_says_neither(bench: NotifyBench) -> None:
    _, text, _ = await mailed(bench, grant_min=0, closes=None, topics=(), subjects=())
    assert "Grants: up to 50,000 EUR. If you want to ask for money" in text
    assert "/me/requests/new?currency=EUR&programme=halcyon/reading" in text


async def test_registry_hears_that_the_mail_is_out(bench: NotifyBench) -> None:
    await mailed(bench)
    (mail,) = await bench.mails()
    assert (mail.purpose, mail.state, mail.proposal_id) == (Purpose.INVITATION, MailState.SENT, None)
    assert bench.applicants.ended == {"letter-1": MailState.SENT}


@pytest.mark.parametrize("with_programme", [True, False])
async def test_what_registry_answers_is_read(with_programme: bool) -> None:
    programme = {name: getattr(READING, name) for name in READING.__slots__} | {"closes": "2027-06-30"}
    document: dict[str, Any] = {
        "name": "Ana Souza",
        "email": "ana@city.example",
        "member_name": "São Leopoldo",
        **({"invitation": programme} if with_programme else {}),
    }
    answer = complete("registry", "POST", "/registry/v1/letters/letter-1/issue", 200, document)
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=answer)))
    letter = await HttpApplicants(RegistryCalls(client, "http://registry", lambda: "token")).issue_letter("letter-1")
    assert letter is not None
    assert letter.invitation == (READING if with_programme else None)
