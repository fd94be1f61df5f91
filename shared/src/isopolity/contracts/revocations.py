"""Names of revoked tokens, as registry writes and every service looks for them: `token:…`, `subject:…`, `member:…`,
`session:…`.

Invariant: a subject, which may be an e-mail address, enters no event; its digest does.
"""

from hashlib import sha256


def of_token(token_id: str) -> str:
    """The one token with this id."""
    return f"token:{token_id}"


def of_subject(subject: str) -> str:
    """All tokens of this subject, whoever issued them."""
    return f"subject:{sha256(b'isopolity.subject:' + subject.encode()).hexdigest()}"


def of_session(session_id: str) -> str:
    """All tokens of this session."""
    return f"session:{session_id}"


def of_member(member_id: str) -> str:
    """All tokens that speak for this member."""
    return f"member:{member_id}"
