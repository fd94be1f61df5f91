"""Any text survives the way through a mail, and no text becomes a header."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import compat32, default
from email.utils import parseaddr

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.examples import examples
from tests.support.notify.letters import names, one_line, written

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=400)


@settings(deadline=None)
@given(subject=names, name=names, text=texts, html=texts)
def test_what_goes_in_comes_out(subject: str, name: str, text: str, html: str) -> None:
    message = message_from_bytes(written(subject, name, text, html), policy=default)
    expected = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    assert message.keys() == expected
    assert [address.addr_spec for address in message["To"].addresses] == ["a@city.example"]
    parts = [str(part.get_content()).replace("\r\n", "\n").rstrip("\n") for part in message.iter_parts()]
    assert parts == [text.rstrip("\n"), html.rstrip("\n")]


@examples(300)
@given(subject=names, name=names)
@example(subject="=?x-unknown?q?abc?=", name="=?x-unknown?q?abc?=")
@example(subject="=?utf-8?q?a=0D=0ABcc:_x@y?=", name="=?utf-8?q?a=0D=0ABcc:_x@y?=")
@example(subject="x" * 1200, name="x" * 1200)
@example(subject="x y " * 1200, name="x y " * 1200)
@example(subject="漢" * 400, name="漢" * 400)
def test_both_parsers_read_name_and_subject_as_they_were(subject: str, name: str) -> None:
    content = written(subject, name)
    modern, old = message_from_bytes(content, policy=default), message_from_bytes(content, policy=compat32)
    assert str(modern["Subject"]) == one_line(subject)
    # the modern parser puts a space between the encoded words of a phrase, which RFC 2047 (6.2) does not
    assert closed_up(modern["To"].addresses[0].display_name) == closed_up(one_line(name))
    assert not modern["Subject"].defects
    assert not modern["To"].defects
    shown, address = parseaddr(str(old["To"]).replace("\r\n", ""))
    assert (decoded(old["Subject"]), decoded(shown), address) == (one_line(subject), one_line(name), "a@city.example")


@settings(deadline=None)
@given(subject=names, name=names, text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_no_line_is_too_long_and_every_line_ends_with_crlf(subject: str, name: str, text: str) -> None:
    lines = written(subject, name, text, text).split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_a_word_of_up_to_sixty_letters_is_written_as_it_is() -> None:
    assert b"\r\nSubject: " + b"x" * 60 + b"\r\n" in written("x" * 60, "Ana")
    assert b"x" * 61 not in written("x" * 61, "Ana")


def closed_up(text: str) -> str:
    return "".join(text.split())


def decoded(value: str) -> str:
    return str(make_header(decode_header(value.replace("\r\n", ""))))
