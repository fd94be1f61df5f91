"""Answer links signed with itsdangerous: a link names one proposal and one side, and nothing else opens the page."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from itsdangerous import BadData, URLSafeSerializer

from isopolity.notify.domain.errors import LinkRefused
from isopolity.notify.domain.proposal import SIDES

_SALT: Final = b"isopolity.notify.answer"


class SignedAnswerLinks:
    """Links under `public_url`; the first of `keys` signs, all verify, so that keys rotate."""

    def __init__(self, keys: Sequence[str], public_url: str) -> None:
        self._serializer = URLSafeSerializer(list(reversed(keys)), salt=_SALT, signer_kwargs={"digest_method": sha256})
        self._start = f"{public_url.rstrip('/')}/notify/answer/"

    def issue(self, proposal_id: str, side: str) -> str:
        token = self._serializer.dumps([proposal_id, side])
        return self._start + (token.decode() if isinstance(token, bytes) else token)

    def read(self, token: str) -> tuple[str, str]:
        try:
            content = self._serializer.loads(token)
        except BadData:
            raise LinkRefused("This link is damaged, or not one of this network's.") from None
        match content:
            case [str(proposal_id), str(side)] if side in SIDES:
                return proposal_id, side
        raise LinkRefused("This link is not an answer link.")
