"""Templates as answers.

Invariant: a page fetches nothing from another machine, runs no script of anybody, and is framed by nobody.
"""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse

from isopolity.portal.adapters.templates import DEFAULT_LANGUAGE, environment

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_AWAY: Final = 503


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page that `template` makes of `values`."""
    session = getattr(request.state, "session", None)
    common = {
        "lang": DEFAULT_LANGUAGE,
        "office": request.app.state.surroundings.office,
        "session": session,
        "form_token": getattr(request.state, "form_token", ""),
    }
    html = environment().get_template(template).render(common | values)
    is_public = session is None and request.method != "POST" and "secret" not in request.path_params
    kept = "no-cache" if is_public else "no-store"
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": kept}
    return HTMLResponse(html, status, headers | ({"Retry-After": "30"} if status == _AWAY else {}))
