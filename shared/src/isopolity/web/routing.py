"""Routers whose routes are complete as they are declared, and are put into an application as they are.

FastAPI prepares each route of a router anew for each application that includes it, which takes milliseconds a route.
Invariant: a route admits its caller before anything else of the request is read: a stranger's body, query and headers
cost no validation, and its answer tells nothing of what the route takes.
"""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends
from fastapi.routing import APIRoute

from isopolity.web.act_names import NAMED_ACT
from isopolity.web.parameters import KNOWN_ONLY
from isopolity.web.problems import ProblemDetails
from isopolity.web.security import Admission, admit, holder

_REFUSED: Final[dict[int | str, dict[str, Any]]] = {
    "default": {"model": ProblemDetails, "description": "An error, as RFC 9457 says."}
}


class AdmittingRoute(APIRoute):
    """A route that asks its admissions before FastAPI reads the body; the handler still gets the caller from them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        found = list(_dependencies(self.dependant))
        if not any(call is holder for call in found):  # a public route
            return handle
        admissions = [call for call in found if isinstance(call, Admission)]

        async def admitted(request: Request) -> Response:
            await admit(request, admissions)
            return await handle(request)

        return admitted


def _dependencies(dependant: Dependant) -> Iterator[Any]:
    for each in dependant.dependencies:
        yield each.call
        yield from _dependencies(each)


class ServiceRouter(APIRouter):
    """A router of a service: its routes are audited by name and tell errors as problems.

    Below `/v1` they refuse unknown query parameters, too: a page that people reach by a link forgives what others add.
    """

    def __init__(
        self,
        prefix: str,
        *,
        tags: list[str] | None = None,
        dependencies: Sequence[Depends] = (),
        include_in_schema: bool = True,
    ) -> None:
        common = [NAMED_ACT, KNOWN_ONLY] if "/v1" in prefix else [NAMED_ACT]
        super().__init__(
            prefix=prefix,
            tags=[*(tags or [])],
            dependencies=[*common, *dependencies],
            responses=_REFUSED,
            route_class=AdmittingRoute,
            include_in_schema=include_in_schema,
        )
