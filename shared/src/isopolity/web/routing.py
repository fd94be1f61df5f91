"""Routers whose routes are complete when they are declared, and are put into an application unchanged.

FastAPI prepares each route of a router anew for each application that includes it, which takes milliseconds a route.
Invariant: a route admits its caller before it reads anything else of the request, so that the body, query and headers
of a refused caller cost no validation, and the answer does not show what the route accepts.
"""

from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends
from fastapi.routing import APIRoute
from pydantic import BaseModel

from isopolity.identity.actors import whole_of
from isopolity.web.api_documents import DEFAULT, Responses, calls_of, refusals_of, refuses
from isopolity.web.problems import FieldProblem, ProblemDetails, invalid
from isopolity.web.request_scope import NAMED_ACT, operation_name
from isopolity.web.security import Admission, admit, holder

_ANY_ERROR: Final[Responses] = {"default": {"model": ProblemDetails, "description": DEFAULT}}

INTERNAL: Final = "internal"
"""The audience of operations for the services and machines of the network themselves."""
PUBLIC: Final = "public"
_BY_SCOPE: Final = {"contacts:read": INTERNAL, "member": "member", "staff": "staff", "operator": "operator"}
_OF_PARTNERS: Final = ("/partners/", "/programmes/")
"""Parts of the paths of operations that a member can use only as a partner."""
ORDER: Final = (PUBLIC, "member", "partner", "staff", "operator", INTERNAL)
"""All audiences, the widest first."""


def audiences(path: str, dependencies: Iterable[Any]) -> Sequence[str]:
    """The audiences of an operation, in `ORDER`; everybody if it has no admission among its dependencies."""
    found = {
        _BY_SCOPE[whole_of(scope)] for each in dependencies if isinstance(each, Admission) for scope in each.scopes
    }
    if "member" in found and any(part in path for part in _OF_PARTNERS):
        found = found - {"member"} | {"partner"}
    return [each for each in ORDER if each in found] or [PUBLIC]


class AdmittingRoute(APIRoute):
    """A route that runs its admissions before FastAPI reads the body; the handler still gets the caller from them.

    Its tags are its audiences; its documented responses include the refusals that follow from its declaration.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.tags = [*(self.tags or audiences(path, calls_of(self.dependant)))]
        self.responses = {**refusals_of(self), **self.responses}

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        found = list(calls_of(self.dependant))
        if not any(call is holder for call in found):  # a public route
            return handle
        admissions = [call for call in found if isinstance(call, Admission)]

        async def admitted(request: Request) -> Response:
            await admit(request, admissions)
            return await handle(request)

        return admitted


def _operation_id(route: APIRoute) -> str:
    return operation_name(route.path_format, min(route.methods or ()))


class ServiceRouter(APIRouter):
    """A router of a service: its routes are audited by name and answer errors with problem details.

    Routes below `/v1` refuse unknown query parameters; pages do not, since others may add some to a link. The audience
    of a route follows from its admissions, unless it is given.
    """

    def __init__(
        self,
        prefix: str,
        *,
        audience: str | None = None,
        dependencies: Sequence[Depends] = (),
        include_in_schema: bool = True,
    ) -> None:
        common = [NAMED_ACT, KNOWN_ONLY] if "/v1" in prefix else [NAMED_ACT]
        super().__init__(
            prefix=prefix,
            tags=None if audience is None else [audience],
            dependencies=[*common, *dependencies],
            responses=_ANY_ERROR,
            route_class=AdmittingRoute,
            generate_unique_id_function=_operation_id,
            include_in_schema=include_in_schema,
        )


@refuses(422)
async def _only_known(request: Request) -> None:
    route = request.scope["route"]
    assert isinstance(route, APIRoute)  # noqa: S101 - a dependency runs for these only
    known = list(_names(route.dependant))
    unknown = [name for name in dict.fromkeys(request.query_params) if name not in known]
    if unknown:
        detail = f"Take this out or correct it; known are {', '.join(known)}." if known else "Take this out."
        raise invalid([FieldProblem(pointer=name, detail=detail) for name in unknown])


KNOWN_ONLY: Final = Depends(_only_known)
"""A dependency of every API route, which refuses query parameters that the route does not know."""


def _names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        model = field.field_info.annotation  # a route may declare all its parameters as one model
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from model.model_fields
        else:
            yield str(field.alias)
    for dependency in dependant.dependencies:
        yield from _names(dependency)
