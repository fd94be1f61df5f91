"""Letters about changes of contacts: what happened, by whom, when, and one link to tell the office that it is wrong."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from isopolity.notify.adapters.http_registry import HttpApplicants, RegistryCalls
from isopolity.notify.domain.mail import MailState
from isopolity.notify.domain.people import ContactNotice, NamedPerson
from tests.support.complete_answers import complete
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import START, letter_event, office_letter
from tests.support.notify.letters import parsed, parts

NOTICE = ContactNotice(
    what="erased",
    stage="made",
    to="person",
    at=START,
    by_name="Bo <b>Berg</b>",
    by_role="deputy",
    by_office=False,
    person="Ana Souza",
    role_before="coordinator",
    role_after=None,
)


async def mailed(bench: NotifyBench, notice: ContactNotice, **more: object) -> tuple[str, str, str]:
    """Subject, plain text in one line, and HTML of the mail with this notice."""
    letter = replace(office_letter(), notice=notice, secret="s3cret", **more)  # type: ignore[arg-type] # fields of it
    bench.applicants.letters["letter-1"] = letter
    await bench.handle(letter_event(about="contact-change"))
    sender = bench.sender()
    await sender.send_due()
    await sender.report_ended_letters()
    (sent,) = bench.mailer.delivered
    assert bench.applicants.ended == {"letter-1": MailState.SENT}
    text, html = parts(sent)
    return str(parsed(sent)["Subject"]), " ".join(text.split()), html


async def test_who_is_erased_hears_what_by_whom_when_and_whom_to_call(bench: NotifyBench) -> None:
    subject, text, html = await mailed(bench, NOTICE)
    assert subject == "São Leopoldo: a contact has changed"
    assert "Bo <b>Berg</b> (deputy) erased you as coordinator of São Leopoldo:" in text
    assert "/contact-change/s3cret" in text
    assert "/contact-change/s3cret" in html
    assert "Tell our office" in html
    assert "<b>Berg" not in html


async def test_who_is_to_be_replaced_hears_until_when_nothing_changes(bench: NotifyBench) -> None:
    wanted = replace(NOTICE, what="replaced", stage="waits", new_name="Cy", new_email="cy@evil.example")
    subject, text, _ = await mailed(bench, wanted, valid_until=START + timedelta(days=5))
    assert subject == "São Leopoldo: somebody wants to replace you"
    assert "put Cy (cy@evil.example) in your place" in text
    assert "Nothing has changed yet." in text
    assert "If nobody tells our office that it is wrong, it is done at the beginning of" in text
    assert "you can agree at once" in text


@pytest.mark.parametrize(
    ("changes", "subject", "sentence"),
    [
        (
            {"what": "demoted", "stage": "waits", "role_after": "deputy"},
            "São Leopoldo: somebody wants to give you another role",
            "asked to make you deputy of São Leopoldo in place of coordinator.",
        ),
        (
            {"what": "erased", "stage": "waits", "to": "main"},
            "São Leopoldo: Ana Souza is to be erased",
            "asked to erase Ana Souza as coordinator of São Leopoldo.",
        ),
        (
            {"what": "changed", "role_after": "coordinator"},
            "São Leopoldo: the entry of a contact was corrected",
            "corrected your name or language as a contact of São Leopoldo.",
        ),
        (
            {"what": "replaced", "new_name": "Cy", "new_email": "cy@new.example"},
            "São Leopoldo: a contact has changed",
            "put Cy in your place at São Leopoldo. Our mails do not come to this address any more.",
        ),
        (
            {"what": "replaced", "to": "main", "new_name": "Ana Souza", "new_email": "ana@new.example"},
            "São Leopoldo: a contact has changed",
            "changed the address of Ana Souza, a contact of São Leopoldo, to ana@new.example.",
        ),
        (
            {
                "what": "demoted",
                "role_after": "deputy",
                "people": (NamedPerson(name="Cy", what="entered", role="coordinator"),),
            },
            "São Leopoldo: a contact has changed",
            "made you deputy of São Leopoldo in place of coordinator. - Cy is new, as coordinator.",
        ),
        (
            {"what": "withdrawn", "to": "main", "role_before": None},
            "São Leopoldo has left our network",
            "took São Leopoldo out of our network. Nobody can sign in for it any more.",
        ),
        ({"ground": "consent"}, "São Leopoldo: a contact has changed", "You had agreed to it."),
    ],
)
async def test_what_is_said_is_what_happened(
    bench: NotifyBench, changes: dict[str, Any], subject: str, sentence: str
) -> None:
    told, text, _ = await mailed(bench, replace(NOTICE, **changes))
    assert told == subject
    assert sentence in text


@pytest.mark.parametrize("to", ["person", "main"])
@pytest.mark.parametrize("stage", ["waits", "made", "refused"])
@pytest.mark.parametrize("what", ["entered", "changed", "demoted", "replaced", "erased", "imported", "of a later one"])
async def test_each_kind_can_be_written(bench: NotifyBench, what: str, stage: str, to: str) -> None:
    people = (NamedPerson(name="Di", what="entered", role="deputy"),) if what == "imported" else ()
    notice = replace(NOTICE, what=what, stage=stage, to=to, by_office=True, role_after="deputy", people=people)
    _, text, _ = await mailed(bench, notice, words="Because." if stage == "refused" else None)
    assert "the network's office" in text
    assert ("Di is new, as deputy." in text) == bool(people)
    assert ("Because." in text) == (stage == "refused")


async def test_a_notice_is_read_from_what_registry_says() -> None:
    document = {
        "name": "Ana",
        "email": "ana@city.example",
        "member_name": "São Leopoldo",
        "notice": {
            "what": "imported",
            "stage": "made",
            "to": "main",
            "at": "2026-12-01T10:00:00Z",
            "by_name": None,
            "by_role": None,
            "by_office": True,
            "person": "",
            "role_before": None,
            "role_after": None,
            "people": [{"name": "Di", "what": "entered", "role": "deputy"}],
        },
    }
    answer = complete("registry", "POST", "/registry/v1/letters/letter-1/issue", 200, document)
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=answer)))
    letter = await HttpApplicants(RegistryCalls(client, "http://registry", lambda: "token")).issue_letter("letter-1")
    assert letter is not None
    assert letter.notice is not None
    assert [each.name for each in letter.notice.people] == ["Di"]
