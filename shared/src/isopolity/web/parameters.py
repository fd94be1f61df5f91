"""Refuses query parameters that a route does not know: a misspelt filter would otherwise be lost silently."""

from collections.abc import Iterator
from typing import Final

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from isopolity.web.documents.refusals import refuses
from isopolity.web.problems import FieldProblem, invalid


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
"""A dependency that every route of an API has: it refuses what the route does not know."""


def _names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        model = field.field_info.annotation  # a route may take all its parameters as one model
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from model.model_fields
        else:
            yield str(field.alias)
    for dependency in dependant.dependencies:
        yield from _names(dependency)
