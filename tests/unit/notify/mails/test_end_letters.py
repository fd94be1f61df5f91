"""The mail about a partnership's end: who, since when, why, and what it means."""

from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from isopolity.contracts.matching import END_REASONS
from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from isopolity.notify.application.letters import Notice
from isopolity.notify.application.matching_events import to_ended
from isopolity.notify.domain.mail import Purpose
from tests.support.notify.events import PROPOSAL_ID, contact, partnership_state, side, sponsorship_state, unsent
from tests.support.notify.letters import Shown, parsed, parts

OFFICE = "Your network's office has"
RECORDED = "It had stood in our records since 27 August 2026."
STOOD = "It had stood since 27 August 2026, when both of you had said yes to our proposal."
REASONS = {
    "completed": f"{OFFICE} ended it because it is completed. {STOOD}",
    "side-ended": f"{OFFICE} recorded that one of the two sides has ended it. {STOOD}",
    "inactive": f"{OFFICE} ended it because it is no longer active. {STOOD}",
    "entered-by-mistake": f"{OFFICE} ended it because it had been entered by mistake. {RECORDED}",
    "other": f"{OFFICE} ended it. {STOOD}",
}


def notice(name: str = "a", **changes: object) -> Notice:
    """The notice to one side of a partnership that `changes` describe."""
    ended = to_ended(partnership_state(**changes))
    assert ended is not None
    mail = replace(unsent(PROPOSAL_ID, name), purpose=Purpose.ENDING)
    return Notice(mail=mail, about=ended, recipient=contact(name))


def test_the_mail_says_who_since_when_why_and_what_it_means(writer: JinjaLetterWriter) -> None:
    letter = writer.write(notice())
    assert str(parsed(letter)["Subject"]) == "Turku and Medellín: your partnership has ended"
    plain, html = (text.replace("\u2019", "'") for text in parts(letter))
    paragraphs = [
        "Dear Aino Virtanen,",
        "The partnership of Turku and Medellín (Colombia) has ended.",
        REASONS["completed"],
        "What this means",
        "You need not do anything.",
        "We no longer count it when we look for new partners for either of you.",
        "You both keep the names and e-mail addresses that you have of each other. "
        "Whether you go on writing to each other is up to you.",
        "If this is wrong, or if you want to know more, please write to your network's office.",
        "You receive this mail as coordinator of Turku. If somebody else should, please tell your network's office.",
    ]
    assert plain.replace("--", "").replace(" - ", " ").split() == " ".join(paragraphs).split()
    assert " ".join(paragraphs) in Shown(html).text
    assert Shown(html).links == []


@pytest.mark.parametrize("reason", sorted(END_REASONS))
@pytest.mark.parametrize("name", ["a", "b"])
def test_the_reason_is_said_in_a_plain_sentence(writer: JinjaLetterWriter, reason: str, name: str) -> None:
    plain, html = parts(writer.write(notice(name, ended_reason=reason)))
    for text in (plain, Shown(html).text):
        assert f"has ended. {REASONS[reason]} What this means" in text.replace("\u2019", "'")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("a", "The partnership of your programme “Reading Rooms” and Medellín (Colombia) has ended."),
        ("b", "The partnership of Medellín and Turku, with its programme “Reading Rooms”, has ended."),
    ],
)
def test_a_sponsorship_is_told_with_its_programme(writer: JinjaLetterWriter, name: str, sentence: str) -> None:
    letter = writer.write(notice(name, kind="sponsorship", sides=sponsorship_state().sides))
    plain, html = parts(letter)
    assert sentence in plain
    assert sentence in Shown(html).text
    assert "twin" not in plain


def test_illustrative_members_are_said_to_be(writer: JinjaLetterWriter) -> None:
    sides = (side("a"), side("b", illustrative=True))
    for text in parts(writer.write(notice(sides=sides))):
        assert "This is a demonstration. What Medellín needs" in " ".join(text.split())
    assert "demonstration" not in parts(writer.write(notice()))[0]


def test_in_a_rehearsal_the_office_gets_it_and_reads_for_whom_it_is(links: SignedAnswerLinks) -> None:
    writer = JinjaLetterWriter(links, "network@isopolity.example", rehearsal="office@isopolity.example")
    letter = writer.write(notice())
    assert letter.recipient == "office@isopolity.example"
    assert str(parsed(letter)["Subject"]).startswith("[Rehearsal, for the coordinator of Turku]")
    assert b"a@city.example" not in letter.content


SERVICE = Path(__file__).parents[4] / "services" / "notify"


def _sentences() -> set[str]:
    with (SERVICE / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call] # babel's own gap
    found = extract_from_dir(SERVICE / "src", methods, options)
    return {message for _file, _line, message, _comments, _context in found if isinstance(message, str)}


def test_every_sentence_can_be_extracted() -> None:
    sentences = _sentences()
    assert {"Why we suggest this", "This proposal is closed", "Send the answer", "Yes, once approved"} <= sentences
    assert "Please answer by <strong>%(date)s</strong>." in sentences
    assert len(sentences) > 50
