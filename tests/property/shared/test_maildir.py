"""The mail box on disk with any files: the list shows every mail that can be read, and no page fails."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from isopolity.machine.maildir import MailBox, MailSummary, content
from tests.support.examples import examples
from tests.support.notify.letters import names, one_line, written

GOOD = written("Hello", "Aino", "plain text", "<p>html</p>")
HEADERS = [b"To: a@b", b"Message-ID: <x@y>", b"Subject: s", b"From: f@g", b"Date: Mon, 1 Jan 2026 00:00:00 +0000"]
BROKEN = [
    b"",
    b"\0" * 100,
    b"no headers at all",
    GOOD.replace(b"To: ", b"To: =?x-unknown?q?abc?= "),
    GOOD.replace(b"Subject: Hello", b"Subject: =?x-unknown?q?abc?="),
    GOOD.replace(b"Subject: Hello", b"Subject: =?utf-8?b?a?="),
    GOOD.replace(b"Subject: Hello", b"Subject: =?utf-8?b?////?= =?hex?q?zz?= =?undefined?q?x?="),
    GOOD.replace(b"Subject: Hello", b"Subject: =?utf-8?q?a=0D=0ABcc:_x@y?="),
    GOOD.replace(b"Subject: Hello", b"Subject: \xff\xfe\x80"),
    GOOD.replace(b"utf-8", b"x-unknown"),
    GOOD.replace(b"utf-8", b"unicode_escape"),
    GOOD.replace(b"quoted-printable", b"base64"),
    GOOD.replace(b"Date: ", b"Date: never "),
    GOOD.replace(b"2026", b"99999"),
    GOOD.replace(b"+0000", b"+9999999"),
    b"\r\n".join(HEADERS) + b"\r\nContent-Type: multipart/mixed\r\n\r\nno boundary",
]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as made:
        (Path(made) / "new").mkdir()
        yield Path(made)


def mails_in(folder: Path) -> list[MailSummary]:
    mail_box = MailBox(folder)
    return [mail for name in mail_box.names() if (mail := mail_box.read(name)) is not None]


def look_into(folder: Path, *files: bytes) -> list[str]:
    """Read a mail box with these files and a good mail, each page of it; returns the subjects."""
    for old in (folder / "new").iterdir():
        old.unlink()
    for number, file in enumerate((GOOD, *files)):
        (folder / "new" / str(number)).write_bytes(file)
    mails = mails_in(folder)
    for mail in mails:
        for text in (mail.subject, mail.sender, mail.recipient, mail.address, content(mail, "html")):
            text.encode()
            assert "\r" not in text
        content(mail, "plain").encode()
    return [mail.subject for mail in mails]


@pytest.mark.parametrize("number", range(len(BROKEN)))
def test_one_bad_mail_never_breaks_the_list(folder: Path, number: int) -> None:
    assert "Hello" in look_into(folder, BROKEN[number])


@examples(200)
@given(file=st.binary(max_size=300), field=st.sampled_from(range(5)), value=st.binary(max_size=80))
@example(file=b"", field=4, value=b"Date: Mon, 1 Jan 0000 00:00:00 +0000")
def test_random_files_and_headers_never_break_the_list(folder: Path, file: bytes, field: int, value: bytes) -> None:
    changed = [header if number != field else header + value for number, header in enumerate(HEADERS)]
    assert "Hello" in look_into(folder, file, b"\r\n".join(changed) + b"\r\n\r\n" + file)


@examples(200)
@given(at=st.integers(0, len(GOOD)), length=st.integers(0, 40), put=st.binary(max_size=40))
def test_a_damaged_mail_never_breaks_the_list(folder: Path, at: int, length: int, put: bytes) -> None:
    assert "Hello" in look_into(folder, GOOD[:at] + put + GOOD[at + length :])


@settings(deadline=None)
@given(subject=names, name=names)
def test_the_list_shows_names_and_subjects_as_they_were(folder: Path, subject: str, name: str) -> None:
    look_into(folder)
    (folder / "new" / "0").write_bytes(written(subject, name))
    (mail,) = mails_in(folder)
    assert (mail.subject, mail.recipient) == (one_line(subject), one_line(name) or "a@city.example")


def test_what_is_no_file_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "new" / "folder").mkdir(parents=True)
    os.mkfifo(tmp_path / "new" / "pipe")
    (tmp_path / "new" / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "new" / "mail").write_bytes(GOOD)
    assert [mail.subject for mail in mails_in(tmp_path)] == ["Hello"]


def test_a_mail_that_has_gone_since_the_list_was_read_is_empty(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "mail").write_bytes(GOOD)
    (mail,) = mails_in(tmp_path)
    mail.path.unlink()
    assert content(mail, "html") == ""


def test_deeply_nested_parts_do_not_break_a_mail(folder: Path) -> None:
    nested = b"\r\n".join(HEADERS)
    for depth in range(2000):
        nested += b"\r\nContent-Type: multipart/mixed; boundary=%d\r\n\r\n--%d" % (depth, depth)
    assert "Hello" in look_into(folder, nested)
