"""Routers whose routes are complete as they are declared, and are put into an application as they are.

FastAPI prepares each route of a router anew for each application that includes it, which takes milliseconds a route.
"""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter
from fastapi.params import Depends

from isopolity.web.act_names import NAMED_ACT
from isopolity.web.parameters import KNOWN_ONLY
from isopolity.web.problems import ProblemDetails

_REFUSED: Final[dict[int | str, dict[str, Any]]] = {
    "default": {"model": ProblemDetails, "description": "An error, as RFC 9457 says."}
}


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
            include_in_schema=include_in_schema,
        )
