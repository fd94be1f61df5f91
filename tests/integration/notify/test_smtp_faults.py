"""Faults of a mail server: after each the mail is known not to be taken, or unknown."""

import datetime
import ssl
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from isopolity.notify.adapters.mailers import SmtpMailer, SmtpServer, Tls
from isopolity.notify.application.letters import Letter, MailSession
from isopolity.notify.domain.errors import DeliveryProblem, OutcomeUnknown, Refused, ServerAway, TryLater
from tests.support.polling import until
from tests.support.servers.smtp_server import Cut, SmtpStandIn, smtp_server

LETTER = Letter(
    mail_id="1",
    sender="n@isopolity.example",
    recipient="a@city.example",
    content=b"Subject: x\r\n\r\n" + b"body\r\n" * 50,
)


def _mailer(stand_in: SmtpStandIn, *, tls: Tls = "none", ca_file: str | None = None) -> SmtpMailer:
    """Its patience is short where the stand-in falls silent; a slow machine is no fault of a server."""
    return SmtpMailer(
        SmtpServer(
            host="127.0.0.1",
            port=stand_in.port,
            tls=tls,
            username="network",
            password="pass",
            timeout=0.5 if stand_in.silent else 60.0,
            ca_file=ca_file,
        )
    )


async def _send_next(stand_in: SmtpStandIn, session: MailSession) -> None:
    """Send another mail on the session, now that the server is well."""
    stand_in.replies.clear()
    stand_in.cut = None
    await session.offer(LETTER)
    await session.transmit(LETTER)


async def _outcome(stand_in: SmtpStandIn) -> tuple[str, DeliveryProblem | None]:
    """In which step the problem arose, and the problem."""
    async with smtp_server(stand_in), _mailer(stand_in).session() as session:
        try:
            await session.offer(LETTER)
        except DeliveryProblem as problem:
            return "offer", problem
        try:
            await session.transmit(LETTER)
        except DeliveryProblem as problem:
            return "transmit", problem
    return "sent", None


async def _problem_in(step: str, cut: Cut, silent: bool) -> DeliveryProblem | None:
    """The problem that arises in this step; tried again where this machine was too slow for an earlier one."""
    found: list[tuple[str, DeliveryProblem | None]] = []

    async def is_met() -> bool:
        found.append(await _outcome(SmtpStandIn(cut=cut, silent=silent)))
        return found[-1][0] == step

    await until(is_met, what=f"a problem in {step}")
    return found[-1][1]


@pytest.mark.parametrize(
    ("replies", "step", "kind", "reason"),
    [
        ({"AUTH": "535 wrong password"}, "offer", ServerAway, "connect-smtp-535"),
        ({"MAIL": "550 sender unknown"}, "offer", ServerAway, "sender-smtp-550"),
        ({"MAIL": "421 closing"}, "offer", ServerAway, "sender-smtp-421"),
        ({"RCPT": "421 closing"}, "offer", ServerAway, "smtp-421"),
        ({"DATA": "421 closing"}, "transmit", ServerAway, "smtp-421"),
        ({".": "421 closing"}, "transmit", ServerAway, "smtp-421"),
        ({"RCPT": "450 mailbox busy"}, "offer", TryLater, "smtp-450"),
        ({"RCPT": "550 no such user"}, "offer", Refused, "smtp-550"),
        ({"DATA": "400 not now"}, "transmit", TryLater, "smtp-400"),
        ({"DATA": "451 try later"}, "transmit", TryLater, "smtp-451"),
        ({"DATA": "554 no"}, "transmit", Refused, "smtp-554"),
        ({".": "452 disk full"}, "transmit", TryLater, "smtp-452"),
        ({".": "554 spam"}, "transmit", Refused, "smtp-554"),
    ],
)
async def test_a_reply_decides_whether_to_try_later(
    replies: dict[str, str], step: str, kind: type[DeliveryProblem], reason: str
) -> None:
    met, problem = await _outcome(SmtpStandIn(replies=replies))
    assert (met, type(problem)) == (step, kind)
    assert problem is not None
    assert problem.reason == reason


@pytest.mark.parametrize(
    "reply",
    [
        "250 taken",
        "251 taken, will forward",
        "200 queued",
        "250",
        "250-taken\r\n250-id 123\r\n250 thank you",
        "250OK",
        "252 queued",
    ],
)
@pytest.mark.parametrize("piecemeal", [False, True])
async def test_a_mail_is_sent_whatever_2xx_the_server_says_after_the_dot(reply: str, piecemeal: bool) -> None:
    assert await _outcome(SmtpStandIn(replies={".": reply}, piecemeal=piecemeal)) == ("sent", None)


@pytest.mark.parametrize(
    "reply",
    [
        "OK queued as 123",
        "2.0.0 Ok",
        "",
        "150 wait",
        "354 go on",
        "300 there",
        "25",
        "600 what",
        "999 what",
        "-250 no",
        "250-never\r\nending",
        "\x00\x01\x02",
        "250-" + "x" * 40_000,
    ],
)
async def test_a_reply_after_the_dot_that_says_neither_yes_nor_no_leaves_the_outcome_unknown(reply: str) -> None:
    stand_in = SmtpStandIn(replies={".": reply})
    async with smtp_server(stand_in), _mailer(stand_in).session() as session:
        await session.offer(LETTER)
        with pytest.raises(OutcomeUnknown):
            await session.transmit(LETTER)
        await _send_next(stand_in, session)
    assert (len(stand_in.messages), stand_in.connections) == (2, 2)


@pytest.mark.parametrize("reply", ["250 go on", "200 ok", "Ok", "100 wait", "355 go on", ""])
async def test_data_that_is_not_begun_with_354_has_sent_nothing(reply: str) -> None:
    stand_in = SmtpStandIn(replies={"DATA": reply})
    async with smtp_server(stand_in), _mailer(stand_in).session() as session:
        await session.offer(LETTER)
        with pytest.raises((TryLater, ServerAway)):
            await session.transmit(LETTER)
        await _send_next(stand_in, session)
    assert (len(stand_in.messages), stand_in.connections) == (1, 2)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
@pytest.mark.parametrize("reply", ["200 ok", "251 will forward", "252 will try", "250-a\r\n250 b"])
async def test_any_2xx_to_the_envelope_lets_the_mail_go_on(verb: str, reply: str) -> None:
    assert await _outcome(SmtpStandIn(replies={verb: reply})) == ("sent", None)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
@pytest.mark.parametrize("reply", ["Ok", "2.1.0 Ok", "", "354 go on", "100 wait", "421 closing", "700 what"])
async def test_an_odd_reply_to_the_envelope_sends_nothing_and_the_next_mail_gets_a_connection_of_its_own(
    verb: str, reply: str
) -> None:
    stand_in = SmtpStandIn(replies={verb: reply})
    async with smtp_server(stand_in), _mailer(stand_in).session() as session:
        with pytest.raises((TryLater, ServerAway)):
            await session.offer(LETTER)
        await _send_next(stand_in, session)
    assert (len(stand_in.messages), stand_in.connections) == (1, 2)


async def test_an_odd_reply_to_rset_ends_the_connection_and_nothing_else() -> None:
    stand_in = SmtpStandIn(replies={"RCPT": "550 no such user", "RSET": "Ok"})
    async with smtp_server(stand_in), _mailer(stand_in).session() as session:
        with pytest.raises(Refused):
            await session.offer(LETTER)
        await _send_next(stand_in, session)
    assert (len(stand_in.messages), stand_in.connections) == (1, 2)


@pytest.mark.parametrize("reply", ["Ok", "500 no", "250 not yet"])
async def test_an_odd_goodbye_takes_nothing_back(reply: str) -> None:
    assert await _outcome(SmtpStandIn(replies={"QUIT": reply})) == ("sent", None)


async def test_an_address_that_cannot_be_said_leaves_the_session_ready_for_the_next_mail() -> None:
    stand_in = SmtpStandIn()
    unusable = replace(LETTER, recipient="a\x01@city.example")
    async with smtp_server(stand_in), _mailer(stand_in).session() as session:
        with pytest.raises(Refused, match="address-unusable"):
            await session.offer(unusable)
        await session.offer(LETTER)
        await session.transmit(LETTER)
    verbs = [command.split(" ")[0] for command in stand_in.commands]
    assert verbs[-6:-1] == ["MAIL", "RSET", "MAIL", "RCPT", "DATA"]


async def test_a_mail_cannot_end_early_or_say_more_than_itself() -> None:
    stand_in = SmtpStandIn()
    smuggled = replace(LETTER, content=b".first\r\n\n.\rMAIL FROM:<x@y>\r\n..\r\n.")
    async with smtp_server(stand_in), _mailer(stand_in).session() as session:
        await session.offer(smuggled)
        await session.transmit(smuggled)
    assert stand_in.messages == [b"..first\r\n\r\n..\r\nMAIL FROM:<x@y>\r\n...\r\n..\r\n.\r\n"]
    assert stand_in.commands.count("QUIT") == 1


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize(
    ("cut", "step"), [(Cut.GREETING, "offer"), (Cut.RCPT, "offer"), (Cut.DATA_COMMAND, "transmit")]
)
async def test_a_connection_that_ends_before_the_server_asks_for_the_mail_sent_nothing(
    cut: Cut, step: str, silent: bool
) -> None:
    assert type(await _problem_in(step, cut, silent)) is ServerAway


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("cut", [Cut.IN_DATA, Cut.AFTER_DATA])
async def test_a_connection_that_ends_within_data_leaves_the_outcome_unknown(cut: Cut, silent: bool) -> None:
    assert type(await _problem_in("transmit", cut, silent)) is OutcomeUnknown


async def test_a_mail_server_that_is_not_there_is_away() -> None:
    async with smtp_server(SmtpStandIn()) as gone:
        mailer = _mailer(gone)
    async with mailer.session() as session:
        with pytest.raises(ServerAway, match="connect-lost"):
            await session.offer(LETTER)


async def test_a_session_goes_on_after_a_refused_recipient() -> None:
    stand_in = SmtpStandIn(replies={"RCPT": "550 no such user"})
    async with smtp_server(stand_in), _mailer(stand_in).session() as session:
        with pytest.raises(Refused):
            await session.offer(LETTER)
        await _send_next(stand_in, session)
    assert (len(stand_in.messages), stand_in.connections) == (1, 1)


async def test_a_session_connects_again_after_a_cut() -> None:
    stand_in = SmtpStandIn(cut=Cut.IN_DATA)
    async with smtp_server(stand_in), _mailer(stand_in).session() as session:
        await session.offer(LETTER)
        with pytest.raises(OutcomeUnknown):
            await session.transmit(LETTER)
        await _send_next(stand_in, session)
    assert (len(stand_in.messages), stand_in.connections) == (1, 2)


async def test_starttls_and_auth_are_used_before_the_sender_is_named(tmp_path: Path) -> None:
    stand_in = SmtpStandIn(tls=_server_tls(tmp_path))
    async with smtp_server(stand_in):
        mailer = _mailer(stand_in, tls="starttls", ca_file=str(tmp_path / "server.pem"))
        async with mailer.session() as session:
            await session.offer(LETTER)
            await session.transmit(LETTER)
    verbs = [command.split(" ")[0] for command in stand_in.commands]
    assert verbs.index("STARTTLS") < verbs.index("AUTH") < verbs.index("MAIL")


async def test_a_certificate_that_nobody_vouches_for_sends_nothing(tmp_path: Path) -> None:
    stand_in = SmtpStandIn(tls=_server_tls(tmp_path))
    async with smtp_server(stand_in), _mailer(stand_in, tls="starttls").session() as session:
        with pytest.raises(ServerAway):
            await session.offer(LETTER)
    assert not any(command.startswith(("AUTH", "MAIL")) for command in stand_in.commands)


def _server_tls(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "server.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context
