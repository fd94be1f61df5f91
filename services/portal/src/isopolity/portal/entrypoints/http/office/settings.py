"""What decides what members and staff meet: the settings of all services on one page, each with what it does.

Invariant: a service that is away leaves its settings out and is named; nothing here is a secret.
"""

import asyncio
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NotAllowed, NotForThisVisitor, ServiceAway
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.admission import for_staff
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

PATH: Final = "/office/settings"
_SERVICES: Final = ("registry", "matching", "notify")


@for_staff
async def settings(request: Request, _account: Account) -> Response:
    """All settings by what they are about."""
    answers = await asyncio.gather(*(_of(request, service) for service in _SERVICES))
    by_subject: dict[str, list[dict[str, Any]]] = {}
    for answer in answers:
        for each in [] if isinstance(answer, str) else answer:
            by_subject.setdefault(each["subject"], []).append(each)
    missing = [answer for answer in answers if isinstance(answer, str)]
    return page(request, "office/settings/list.html", here="me", by_subject=by_subject, missing=missing)


async def _of(request: Request, service: str) -> list[dict[str, Any]] | str:
    """The settings of a service, or its name where it does not tell them."""
    try:
        found: list[dict[str, Any]] = (await apis_of(request).get(service, "/settings"))["items"]
    except NotForThisVisitor:
        raise
    except (ServiceAway, NotAllowed):
        return service
    return found


routes = [Route(PATH, settings)]
