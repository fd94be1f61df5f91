"""Letters: what they say, to whom, and what they never show."""

from dataclasses import replace

import pytest

from isopolity.contracts.matching import Reason, Side
from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from isopolity.notify.application.letters import IssuedLetter
from isopolity.notify.application.matching_events import to_proposal
from isopolity.notify.domain.errors import Refused
from isopolity.notify.domain.mail import ABOUT_NO_PROPOSAL, Purpose
from tests.support.notify.events import (
    PROPOSAL_ID,
    REASONS,
    applicant,
    contact,
    proposal_state,
    side,
    sponsorship_state,
    unsent,
)
from tests.support.notify.letters import MakeCorrespondence, Shown, parsed, parts


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_proposal_says_who_why_and_by_when_in_both_parts(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence, links: SignedAnswerLinks, name: str
) -> None:
    plain, html = parts(writer.write(correspondence(side=name)))
    shown = Shown(html)
    link = links.issue(unsent(PROPOSAL_ID, name), contact(name).email)
    for text in (plain, shown.text):
        assert all(sentence in text for sentence in REASONS[name])
        assert not any(sentence in text for sentence in REASONS["b" if name == "a" else "a"])
        assert ("Medellín (Colombia)" if name == "a" else "Turku (Finland)") in text
        assert "16 December 2026" in text
        assert contact(name).name in text
    assert link in plain
    assert {link, f"{link}?choice=yes", f"{link}?choice=no"} <= set(shown.links)


def test_the_sentences_stand_in_the_plain_text_one_by_one(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    message = parsed(writer.write(correspondence()))
    plain = message.get_body(("plain",))
    assert plain is not None
    lines = str(plain.get_content()).splitlines()
    assert all(len(line) <= 76 for line in lines if "/notify/answer/" not in line)
    assert sum(line.startswith("- ") for line in lines) == len(REASONS["a"])


def test_a_letter_has_the_headers_of_an_automatic_mail(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    message = parsed(writer.write(correspondence()))
    assert message["Message-ID"] == "<0193b000-0000-7000-8000-00000000000a@isopolity.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"].addresses[0].addr_spec == "network@isopolity.example"
    assert str(message["To"]) == "Aino Virtanen <a@city.example>"
    assert str(message["Subject"]) == "An exchange between Turku and Medellín?"
    assert message["Date"].datetime.isoformat() == "2026-11-25T09:00:00+00:00"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_the_same_correspondence_gives_the_same_bytes(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    assert writer.write(correspondence()) == writer.write(correspondence())


def test_the_lines_on_the_wire_keep_to_the_limit_of_smtp(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    lines = writer.write(correspondence()).content.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_the_html_needs_no_script_no_image_and_no_stylesheet(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    _, html = parts(writer.write(correspondence()))
    shown = Shown(html)
    assert not {"script", "img", "link", "form"} & set(shown.tags)
    assert 'style="' in html
    assert all(address.startswith("https://network.example/") for address in shown.links)


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("sponsorship", "a", "as a city for your programme “Reading Rooms”, with its request “Ten rooms”"),
        (
            "sponsorship",
            "b",
            "with its programme “Reading Rooms”, as a sponsor of Medellín for your request “Ten rooms”",
        ),
        ("twinning", "a", "We suggest that Turku and Medellín (Colombia) start an exchange, as equals."),
    ],
)
def test_each_kind_of_proposal_says_what_it_would_be(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence, kind: str, name: str, words: str
) -> None:
    sides = (_changed("a", programme_name="Reading Rooms"), _changed("b", request_title="Ten rooms"))
    proposal = to_proposal(proposal_state(kind=kind, sides=sides))
    plain, html = parts(writer.write(correspondence(side=name, proposal=proposal)))
    assert words in plain
    assert words in Shown(html).text


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "a",
            (
                "About Medellín",
                "Medellín has 1,234,567 inhabitants. UNESCO Learning City since 2015. "
                "UNESCO Creative City of Crafts and Folk Art. Website: https://medellin.example",
                "The request of Medellín",
                "“Ten rooms”",
                "Evening courses for adults in five quarters.",
                "Amount: 20,000 to 45,000 EUR",
                "Period: 1 February 2027 to 15 December 2027",
                "People who would benefit: 1,200",
                "The money would go to: Secretaría de Educación",
            ),
        ),
        (
            "b",
            (
                "About Turku",
                "Turku says of itself: “We open rooms <for> people who read.”",
                "Home country: Finland. Website: https://rooms.example",
                "The programme “Reading Rooms”",
                "Purpose: Rooms where adults learn to read.",
                "Gives: funding and training",
                "Grants: 10,000 to 60,000 EUR each",
                "Open to cities in: Colombia and Peru",
                "Open to cities of at least 100,000 inhabitants",
                "Conditions: Municipal libraries; the city co-finances a tenth.",
                "Closes on: 31 March 2027",
            ),
        ),
    ],
)
def test_each_side_of_a_sponsorship_reads_who_the_other_is(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence, name: str, told: tuple[str, ...]
) -> None:
    proposal = to_proposal(sponsorship_state())
    plain, html = parts(writer.write(correspondence(side=name, proposal=proposal)))
    for text in (plain, Shown(html).text):
        for words in told:
            assert words in text, words
            text = text[text.index(words) :]


def test_a_proposal_of_an_older_release_is_told_without_what_it_does_not_hold(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    proposal = to_proposal(proposal_state(kind="sponsorship", sides=(_changed("a"), _changed("b", population=None))))
    for text in parts(writer.write(correspondence(proposal=proposal))):
        assert not any(words in text for words in ("About", "The programme", "asks for", "None"))


def test_amounts_that_a_reason_tells_are_not_told_again(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    grant = Reason(code="grant", text="You ask for 20,000 EUR.")
    state = sponsorship_state()
    sides = tuple(each.model_copy(update={"reasons": (grant,)}) for each in state.sides)
    proposal = to_proposal(state.model_copy(update={"sides": sides}))
    for name in ("a", "b"):
        for text in parts(writer.write(correspondence(side=name, proposal=proposal))):
            assert "Amount:" not in text
            assert "Grants:" not in text


def test_what_the_two_should_bear_in_mind_is_no_reason(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    far = Reason(code="distance", text="You lie about 9,000 km apart.")
    proposal = to_proposal(proposal_state(sides=(_changed("a", reasons=(*side("a").reasons, far)), _changed("b"))))
    for text in parts(writer.write(correspondence(proposal=proposal))):
        assert text.index("Why we suggest this") < text.index(REASONS["a"][0]) < text.index("To bear in mind")
        assert text.index("To bear in mind") < text.index(far.text) < text.index("What you would do together")


def test_a_proposal_says_what_silence_and_a_no_lead_to(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    for text in parts(writer.write(correspondence())):
        assert (
            "If you say no or do not answer, we do not tell Medellín. "
            "If one of you has not said yes in time, we write to both that it is closed, "
            "soon after 16 December 2026, 09:00 (UTC)."
        ) in " ".join(text.split())


def test_what_is_illustrative_is_said_to_be(writer: JinjaLetterWriter, correspondence: MakeCorrespondence) -> None:
    assert "illustrative" not in "".join(parts(writer.write(correspondence())))
    proposal = to_proposal(proposal_state(sides=(_changed("a"), _changed("b", illustrative=True))))
    for text in parts(writer.write(correspondence(proposal=proposal))):
        assert "What Medellín needs, offers and says of itself here is illustrative" in " ".join(text.split())


def test_an_introduction_gives_each_the_others_contact(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    plain, html = parts(writer.write(correspondence(Purpose.INTRODUCTION, stage="agreed")))
    for text in (plain, Shown(html).text):
        assert "Sofía Restrepo" in text
        assert "b@city.example" in text
    assert "mailto:b@city.example" in Shown(html).links


def test_an_introduction_to_somebody_who_was_erased_names_nobody(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    plain, html = parts(writer.write(correspondence(Purpose.INTRODUCTION, stage="agreed", counterpart=None)))
    assert "The contact person of Medellín has changed" in plain
    assert "@" not in Shown(html).text


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("twinning", "a", "Pick one topic from the list below"),
        ("sponsorship", "a", "say what your programme can give"),
        ("sponsorship", "b", "Say what you need"),
    ],
)
def test_an_introduction_says_how_to_start_and_promises_nothing(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence, kind: str, name: str, words: str
) -> None:
    proposal = to_proposal(proposal_state("agreed", kind=kind))
    letter = writer.write(correspondence(Purpose.INTRODUCTION, side=name, proposal=proposal))
    for text in parts(letter):
        assert words in " ".join(text.split())
        assert "partners" not in text
    assert str(parsed(letter)["Subject"]).endswith(": you both said yes")


def test_a_long_step_of_a_list_is_indented_where_it_goes_on(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    proposal = to_proposal(proposal_state("agreed", kind="sponsorship"))
    message = parsed(writer.write(correspondence(Purpose.INTRODUCTION, proposal=proposal)))
    plain = message.get_body(("plain",))
    assert plain is not None
    assert "   give, and what its rules require." in str(plain.get_content()).splitlines()


def test_who_may_have_left_is_not_told_that_we_go_on_looking(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    told = {
        stage: "We go on looking" in parts(writer.write(correspondence(Purpose.CLOSING, stage=stage)))[0]
        for stage in ("superseded", "expired")
    }
    assert told == {"superseded": False, "expired": True}


@pytest.mark.parametrize("name", ["a", "b"])
def test_declined_and_expired_read_the_same_to_the_byte(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence, name: str
) -> None:
    declined = correspondence(Purpose.CLOSING, side=name, stage="declined")
    expired = correspondence(Purpose.CLOSING, side=name, stage="expired")
    assert writer.write(declined) == writer.write(expired)
    assert writer.write(correspondence(Purpose.CLOSING, side=name, stage="superseded")) != writer.write(expired)


def test_a_closing_mail_has_no_link_that_no_longer_works(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    plain, html = parts(writer.write(correspondence(Purpose.CLOSING, stage="expired")))
    assert "/notify/answer/" not in plain + html


def test_a_name_cannot_break_out_of_html_or_headers(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    evil = '<img src=x onerror=1> "&\r\nBcc: victim@city.example'
    proposal = to_proposal(proposal_state(sides=(_changed("a", name=evil), _changed("b", name=evil))))
    recipient = replace(contact("a"), name=f"Aino\r\nBcc: victim@city.example {evil}")
    letter = writer.write(correspondence(proposal=proposal, recipient=recipient))
    assert "img" not in Shown(parts(letter)[1]).tags
    message = parsed(letter)
    assert message["Bcc"] is None
    assert [address.addr_spec for address in message["To"].addresses] == ["a@city.example"]


@pytest.mark.parametrize(
    "address", ["", "nobody", "a b@city.example", "a@city.example>\r\nRCPT TO:<b@x", "á@city.example"]
)
def test_an_address_that_smtp_cannot_carry_is_refused(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence, address: str
) -> None:
    with pytest.raises(Refused, match="address-unusable"):
        writer.write(correspondence(recipient=replace(contact("a"), email=address)))


def test_a_domain_in_another_script_is_written_in_ascii(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    letter = writer.write(correspondence(recipient=replace(contact("a"), email="a@medellín.example")))
    assert letter.recipient == "a@xn--medelln-dza.example"


@pytest.mark.parametrize("purpose", sorted(set(Purpose) - ABOUT_NO_PROPOSAL - {Purpose.ENDING}))
def test_a_rehearsal_sends_every_mail_to_one_address_and_leaks_no_other(
    links: SignedAnswerLinks, correspondence: MakeCorrespondence, purpose: Purpose
) -> None:
    writer = JinjaLetterWriter(links, "network@isopolity.example", rehearsal="office@isopolity.example")
    letter = writer.write(correspondence(purpose, stage="expired"))
    assert letter.recipient == "office@isopolity.example"
    assert b"city.example" not in letter.content
    assert "city.example" not in "".join(parts(letter))
    assert str(parsed(letter)["Subject"]).startswith("[Rehearsal, for the coordinator of Turku] ")


def test_a_confirmation_says_for_whom_by_when_and_what_if_it_was_not_you(writer: JinjaLetterWriter) -> None:
    letter = writer.write(confirmation())
    plain, html = parts(letter)
    assert str(parsed(letter)["Subject"]) == "Évora: please confirm your e-mail address"
    assert letter.recipient == "ana@city.example"
    for text in (plain, Shown(html).text):
        assert "Dear Ana Souza" in text
        assert "applied for Évora" in text
        assert "2 December 2026" in text
        assert "If it was not you, you need not do anything" in text
    assert "https://network.example/notify/confirm/to-be-issued" in plain
    assert Shown(html).links == ["https://network.example/notify/confirm/to-be-issued"]


def test_a_confirmation_cannot_be_made_to_say_more(writer: JinjaLetterWriter) -> None:
    evil = "<a href=https://evil.example>x</a>\r\nBcc: victim@city.example"
    asked = replace(applicant(), name=evil, member_name=evil, secret="to-be-issued")
    letter = writer.write(replace(confirmation(), issued=asked))
    assert parsed(letter)["Bcc"] is None
    assert Shown(parts(letter)[1]).links == ["https://network.example/notify/confirm/to-be-issued"]


def test_a_confirmation_in_a_rehearsal_goes_to_one_address_and_leaks_no_other(links: SignedAnswerLinks) -> None:
    writer = JinjaLetterWriter(links, "network@isopolity.example", rehearsal="office@isopolity.example")
    letter = writer.write(confirmation())
    assert letter.recipient == "office@isopolity.example"
    assert "city.example" not in "".join(parts(letter))
    assert str(parsed(letter)["Subject"]).startswith("[Rehearsal, for the applicant of Évora] ")


def confirmation() -> IssuedLetter:
    asked_for = replace(unsent("confirmation-1", ""), purpose=Purpose.CONFIRMATION, contact_id="")
    return IssuedLetter(mail=asked_for, issued=replace(applicant(), secret="to-be-issued"))


def test_a_language_without_a_catalogue_is_written_in_english(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    recipient = replace(contact("a"), language="fi")
    assert writer.write(correspondence(recipient=recipient)).content == writer.write(correspondence()).content


def _changed(of: str, **changes: object) -> Side:
    return side(of).model_copy(update=changes)
