"""Templates as answers.

Invariant: a page fetches nothing from another machine, runs no script of anybody, and is framed by nobody.
"""

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse

from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.adapters.templates import DEFAULT_LANGUAGE, environment

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_AWAY: Final = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who answers for the pages, and whether they run on the visitor's own machine."""

    name: str
    email: str
    is_local: bool


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page that `template` makes of `values`."""
    common = {"lang": DEFAULT_LANGUAGE, "office": request.app.state.office}
    html = environment().get_template(template).render(common | values)
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
    return HTMLResponse(html, status, headers | ({"Retry-After": "30"} if status == _AWAY else {}))


def apis_of(request: Request) -> ServiceApis:
    """The services, as the visitor of this request may ask them."""
    apis: ServiceApis = request.app.state.apis
    return apis if request.client is None else apis.asked_for(request.client.host)
