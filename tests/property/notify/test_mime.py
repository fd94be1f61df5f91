"""Any text survives the way through a mail, and no text becomes a header."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

from hypothesis import given, settings
from hypothesis import strategies as st

from isopolity.notify.adapters.mime import Message, to_bytes

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=400)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@settings(deadline=None)
@given(subject=names, name=names, text=texts, html=texts)
def test_what_goes_in_comes_out(subject: str, name: str, text: str, html: str) -> None:
    content = to_bytes(
        Message(
            identifier="id@isopolity.example",
            sender=("Isopolity", "network@isopolity.example"),
            recipient=(name, "a@city.example"),
            subject=subject,
            date=datetime(2026, 11, 25, tzinfo=UTC),
            text=text,
            html=html,
        )
    )
    message = message_from_bytes(content, policy=default)
    expected = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    assert message.keys() == expected
    assert [address.addr_spec for address in message["To"].addresses] == ["a@city.example"]
    parts = [str(part.get_content()).replace("\r\n", "\n").rstrip("\n") for part in message.iter_parts()]
    assert parts == [text.rstrip("\n"), html.rstrip("\n")]
