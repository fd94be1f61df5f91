"""Answer links signed with itsdangerous: a link names a proposal, a side, the mail that it came with and, as a keyed
trace, the address that the mail went to; nothing else opens the page.

Invariant: a token's address cannot be learned from it without the keys.
"""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from itsdangerous import BadData, URLSafeSerializer

from isopolity.identity.addresses import address_key
from isopolity.notify.application.ports import AnswerLink
from isopolity.notify.domain.errors import LinkRefused
from isopolity.notify.domain.mail import Mail, Purpose
from isopolity.notify.domain.proposal import SIDES

_SALT: Final = b"isopolity.notify.answer-link"
_EARLIER_SALT: Final = b"isopolity.notify.answer"
_CALL: Final = "call"
"""The last part of a link that confirms an answer by telephone."""
_TRACE_LENGTH: Final = 16
"""Length of a trace in hexadecimal digits."""


class SignedAnswerLinks:
    """Issues and reads links under `public_url`. The first of `keys` signs and all verify, so that keys can be rotated.

    `earlier_keys` verify the links of releases that signed them with the token keys and bound them to nothing else.
    """

    def __init__(self, keys: Sequence[str], public_url: str, *, earlier_keys: Sequence[str] = ()) -> None:
        self._keys = keys
        self._serializer = _serializer(keys, _SALT)
        self._earlier = _serializer(earlier_keys, _EARLIER_SALT) if earlier_keys else None
        self._start = f"{public_url.rstrip('/')}/notify/answer/"

    def issue(self, mail: Mail, address: str) -> str:
        content = [mail.occasion_id, mail.side, mail.mail_id, _trace(self._keys[0], mail.mail_id, address_key(address))]
        if mail.purpose is Purpose.TELEPHONE:
            content.append(_CALL)
        token = self._serializer.dumps(content)
        return self._start + (token.decode() if isinstance(token, bytes) else token)

    def read(self, token: str) -> AnswerLink:
        match self._content(token):
            case [str(proposal_id), str(side)] if side in SIDES:
                return AnswerLink(proposal_id=proposal_id, side=side)
            case [str(proposal_id), str(side), str(mail_id), str(trace)] if side in SIDES:
                return AnswerLink(proposal_id=proposal_id, side=side, mail_id=mail_id, trace=trace)
            case [str(call_id), str(side), str(mail_id), str(trace), str(kind)] if side in SIDES and kind == _CALL:
                return AnswerLink(proposal_id=call_id, side=side, mail_id=mail_id, trace=trace, confirms_call=True)
        raise LinkRefused("This link is not an answer link.")

    def went_to(self, link: AnswerLink, address: str) -> bool:
        if link.mail_id is None or link.trace is None:
            return True  # a link of an earlier release names no address
        traces = [_trace(key, link.mail_id, form) for key in self._keys for form in _forms(address)]
        return any(hmac.compare_digest(trace, link.trace) for trace in traces)

    def _content(self, token: str) -> object:
        for serializer in (self._serializer, self._earlier):
            if serializer is not None:
                try:
                    return serializer.loads(token)
                except BadData:
                    continue
        raise LinkRefused("This link is damaged, or not one of this network's.")


def _serializer(keys: Sequence[str], salt: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(list(reversed(keys)), salt=salt, signer_kwargs={"digest_method": sha256})


def _forms(address: str) -> Sequence[str]:
    """The forms of an address that a link may trace: its key, and that of earlier releases for the same mail box."""
    key, folded = address_key(address), address.casefold()
    return (key, folded) if address_key(folded) == key else (key,)


def _trace(key: str, mail_id: str, address: str) -> str:
    """The trace of `address`, which is given in one of its forms; for ASCII it equals the trace of earlier releases."""
    content = f"{mail_id} {address}".encode("utf-8", "surrogatepass")
    return hmac.new(key.encode(), _SALT + content, sha256).hexdigest()[:_TRACE_LENGTH]
