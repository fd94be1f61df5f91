"""Templates as answers.

Invariant: a page fetches nothing from another machine, runs no script but one of our own, and is framed by nobody.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from jinja2 import Template
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from isopolity.portal.adapters.templates import environment, locale_of
from isopolity.portal.entrypoints.http.context import language_of
from isopolity.portal.entrypoints.http.form_tokens import token_of

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SCRIPT_POLICY: Final = f"{POLICY}; script-src 'self'; connect-src 'self'"
"""Of the pages with a script of our own, which follows a form: its file is named as `script`."""


def page(request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """The page that `template` makes of `values`."""
    return page_of(request, template_of(request, template), status, values)


def template_of(request: Request, name: str) -> Template:
    """The template in the language of the visitor."""
    return environment(language_of(request)).get_template(name)


def page_of(request: Request, template: Template, status: int, values: Mapping[str, object]) -> HTMLResponse:
    """The page that a template, of the portal or not, makes of `values`.

    Each template knows the visitor's session and account; `here`, the entry of the navigation, is “me” unless named.
    """
    language = language_of(request)
    session = getattr(request.state, "session", None)
    account = None if session is None else session.account
    common = {
        "lang": language,
        "direction": locale_of(language).text_direction,
        "office": (office := request.app.state.surroundings.office),
        "passkeys_at": _other_origin(request, office.passkey_origin),
        "here": "me",
        "session": session,
        "account": account,
        "may": _may_nothing if account is None else account.may,
        "form_token": str(token_of(request)),
        "was_typed": getattr(request.state, "was_typed", False),
        "why_away": {} if (patience := getattr(request.state, "patience", None)) is None else patience.reasons,
    }
    html = template.render(common | dict(values))
    policy = SCRIPT_POLICY if values.get("script") else POLICY
    is_public = session is None and request.method != "POST" and "secret" not in request.path_params
    kept = "no-cache" if is_public else "no-store"
    headers = {"Content-Security-Policy": policy, "Cache-Control": kept}
    return HTMLResponse(
        html, status, headers | ({"Retry-After": "30"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {})
    )


def _other_origin(request: Request, origin: str | None) -> str:
    """Where browsers offer passkeys, if the visitor is at another address; else empty."""
    return origin if origin and urlsplit(origin).netloc != request.headers.get("host", "").lower() else ""


def _may_nothing(_right: str) -> bool:
    """What somebody may do who acts for nobody."""
    return False


def see_other(address: str) -> RedirectResponse:
    """Where a browser goes on to once a form has done its work, so that loading the page again sends nothing."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
