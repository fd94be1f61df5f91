"""The language that is kept with a reader, and how a page offers the others.

Invariant: a page has a link for each language where its address names them, and a form where the account keeps one.
"""

from collections.abc import Mapping

from starlette.requests import Request

from isopolity.languages.offered import OFFERED
from isopolity.portal.domain.session import Account, Session
from isopolity.portal.entrypoints.languages import chosen_by, is_in_languages


def keep_language(request: Request, language: str) -> None:
    """Answer this request in the language of what it opens, such as an application, if it is offered."""
    request.state.kept_language = language


def language_kept(request: Request) -> str:
    """The language of what the request opens, else of the account that visits; empty where none is known."""
    kept = str(getattr(request.state, "kept_language", ""))
    session: Session | None = getattr(request.state, "session", None)
    if not kept and session is not None and session.account is not None and session.account.member_id is not None:
        kept = session.account.language
    return kept.partition("-")[0].lower()


def other_languages(request: Request) -> Mapping[str, str]:
    """The address of this page in each language, without the host; empty for a page that has no choice."""
    if not chosen_by(request.scope).has_choice or request.method != "GET":
        return {}
    query = f"?{request.url.query}" if request.url.query else ""
    path = "" if request.url.path == "/" and not query else request.url.path
    return {code: f"/{code}{path}{query}" for code in OFFERED}


def address_to_switch(request: Request, account: Account | None) -> str:
    """Where the form that changes the language of the account leads back to; empty where there is no such form."""
    if account is None or account.member_id is None or request.method != "GET":
        return ""
    path, query = request.url.path, request.url.query
    return (f"{path}?{query}" if query else path) if is_in_languages(path) else ""
