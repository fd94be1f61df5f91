"""Tokens of forms: each proves that its form came from a page of ours, and for whom the page was opened."""

from dataclasses import dataclass
from typing import Final, Self

from starlette.requests import Request

from isopolity.portal.adapters.encryption import MARK, SECRET, mark_of
from isopolity.portal.domain.session import Account

FIELD: Final = "form"
_OPENING: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class FormToken:
    """A session, the opening of a page in it, and the account that it was opened for; a stranger has an opening alone.

    As text the three stand behind each other.
    """

    session: str = ""
    opening: str = ""
    """The opening of the page: a form that is sent twice acts once for it."""
    mark: str = ""
    """The mark of the account: a form goes back to the person who filled it in, and acts for nobody else."""

    @classmethod
    def of(cls, text: str) -> Self:
        """The token that a form has sent."""
        session = text[:SECRET] if len(text) >= SECRET else ""
        rest = text[len(session) :]
        return cls(session=session, opening=rest[:_OPENING], mark=rest[_OPENING:][:MARK])

    def __str__(self) -> str:
        return self.session + self.opening + self.mark


def token_of(request: Request) -> FormToken:
    """The token of the forms of the page that answers this request."""
    session = getattr(request.state, "session", None)
    microseconds = int(request.app.state.surroundings.clock().timestamp() * 1_000_000)
    return FormToken(
        session="" if session is None else request.state.form_token,
        opening=f"{microseconds:0{_OPENING}x}",
        mark=mark(None if session is None else session.account),
    )


def mark(account: Account | None) -> str:
    """Stands for an account in its forms; empty for nobody."""
    return "" if account is None else mark_of(account.account_id)
