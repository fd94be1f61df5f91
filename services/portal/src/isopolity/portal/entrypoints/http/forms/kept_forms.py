"""A form that is sent after the end of its session is kept; who signs in again as the same account finds it as typed.

Invariant: such a form is shown, and sent by its person alone; nobody else's account opens it. It is kept for a cookie
that has a session, or had one until a day ago: a stranger stores nothing.
"""

from typing import Final

from isopolity.portal.domain.session import KeptForm, Moved, Session
from isopolity.portal.entrypoints.http.form_tokens import FormToken, mark
from isopolity.portal.entrypoints.http.pages import (
    OWN_PAGE,
    Account,
    Request,
    Response,
    back_of,
    cookie_of,
    forget_back,
    remember,
    see_other,
    surroundings_of,
)

_TYPED: Final = "typed"
"""The parameter in the address of a page that renders a kept form."""


async def keep(request: Request) -> str | None:
    """Keep the form of this request for the account of its page; returns the address that will show it.

    None where it cannot be kept.
    """
    sent, page, around = FormToken.of(request.state.sent_token), request.url.path, surroundings_of(request)
    secret = cookie_of(request)
    if not sent.mark or not OWN_PAGE.fullmatch(page) or not await around.sessions.has_known(secret):
        return None
    form = KeptForm(page=page, fields=request.state.form)
    is_kept = await around.kept_forms.keep(secret, sent.mark, form, around.clock())
    return _address(page) if is_kept else None


async def typed_before(request: Request, account: Account) -> dict[str, str] | None:
    """The fields of this page's form as they were typed before a session ended; None unless the address asks for it."""
    if _TYPED not in request.query_params:
        return None
    kept = surroundings_of(request).kept_forms
    form = await kept.read(cookie_of(request), mark(account), request.url.path)
    request.state.was_typed = form is not None
    return None if form is None else dict(form.fields)


async def first_page(request: Request, secret: str, account: Account) -> str:
    """Where somebody goes who acts for this account from now on.

    To the page where signing in was asked for, else to the form that was kept last, else to `/me`.
    """
    if back := back_of(request):
        return back
    form = await surroundings_of(request).kept_forms.newest(secret, mark(account))
    return "/me" if form is None else _address(form.page)


async def go_on(request: Request, moved: Moved) -> Response:
    """Redirect after a session has got other rights, and give the visitor the cookie of its new secret."""
    await take_over(request, cookie_of(request), moved.secret, moved.session)
    account = moved.session.account
    response = see_other("/sign-in" if account is None else await first_page(request, moved.secret, account))
    remember(request, response, moved.secret)
    if account is not None:
        forget_back(request, response)
    return response


async def has_any(request: Request) -> bool:
    """Whether something is kept under the visitor's cookie, which then stays where it is."""
    return await surroundings_of(request).kept_forms.has_any(cookie_of(request))


async def take_over(request: Request, earlier: str, secret: str, begun: Session) -> None:
    """Put what was typed under an earlier cookie under the new one, as far as it is of these accounts."""
    marks = [mark(account) for account in begun.accounts]
    await surroundings_of(request).kept_forms.move(earlier, secret, marks)


async def forget_sent(request: Request, account: Account | None) -> None:
    """Forget what was kept of the form that has been acted on."""
    await surroundings_of(request).kept_forms.forget(cookie_of(request), mark(account), request.url.path)


def _address(page: str) -> str:
    return f"{page}?{_TYPED}=1"
