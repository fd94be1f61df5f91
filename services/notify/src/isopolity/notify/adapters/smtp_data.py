"""SMTP's DATA in two steps, so that a refusal to begin and the answer to the whole mail are told apart.

Invariant: before the server's 354 nothing of the mail has been written, so every problem until then is known not to
have sent it. After the final dot only a reply that says so (2xx, 4xx or 5xx) is taken for knowledge; a reply that
cannot be read, another code, or none leaves the outcome unknown.
"""

import re
from typing import Final

from aiosmtplib import SMTP, SMTPException, SMTPResponse, SMTPServerDisconnected

from isopolity.notify.domain.errors import DeliveryProblem, OutcomeUnknown, Refused, TryLater

_GO_ON: Final = 354
_SERVICE_CLOSING: Final = 421
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT: Final = re.compile(rb"(?m)^\.")


async def hand_over(client: SMTP, content: bytes) -> None:
    """DATA, the mail, the final dot. Raises TryLater, Refused or OutcomeUnknown.

    The connection is closed after every reply that SMTP does not foresee: what follows could answer something else.
    """
    await _begin(client)
    reply = await _reply_to_mail(client, content)
    if is_success(reply.code):
        return
    if is_refusal(reply.code):
        if reply.code == _SERVICE_CLOSING:
            client.close()
        raise refusal(reply.code)
    client.close()
    raise OutcomeUnknown(f"odd-reply-smtp-{reply.code}")


def is_success(code: int) -> bool:
    """Whether the server did what the command asked."""
    return 200 <= code < 300


def is_refusal(code: int) -> bool:
    """Whether the server says that it did not do it."""
    return 400 <= code < 600


def refusal(code: int) -> DeliveryProblem:
    """The problem that a reply of the 4xx or 5xx class means for the mail."""
    return Refused(f"smtp-{code}") if code >= 500 else TryLater(f"smtp-{code}")


async def _begin(client: SMTP) -> None:
    try:
        reply = await client.execute_command(b"DATA")
    except (SMTPException, OSError) as error:
        client.close()
        raise TryLater("no-reply-to-data") from error
    if reply.code == _GO_ON:
        return
    if is_refusal(reply.code):
        raise refusal(reply.code)
    client.close()
    raise TryLater(f"data-smtp-{reply.code}")


async def _reply_to_mail(client: SMTP, content: bytes) -> SMTPResponse:
    try:
        if client.protocol is None:
            raise SMTPServerDisconnected("Connection lost")
        client.protocol.write(_stuffed(content))
        return await client.protocol.read_response(timeout=client.timeout)
    except (SMTPException, OSError) as error:
        client.close()
        raise OutcomeUnknown("connection-lost-in-data") from error


def _stuffed(content: bytes) -> bytes:
    """The mail as DATA carries it (RFC 5321, 4.5.2): CRLF ends lines, a leading dot is doubled, a dot alone ends it."""
    lines = _LINE_END.sub(b"\r\n", content)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return _LEADING_DOT.sub(b"..", lines) + b".\r\n"
