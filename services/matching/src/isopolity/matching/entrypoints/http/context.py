"""The ports behind matching's routers, put together by bootstrap and kept on the application."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.surroundings import Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingContext:
    """The ports behind the HTTP interface."""

    unit_of_work: UnitOfWorkFactory
    surroundings: Surroundings
    queries: MatchingQueries
    wake_rounds: Callable[[], None]
    """Tells this instance that a round waits."""


async def matching_context(request: Request) -> MatchingContext:
    """The context of the application that serves `request`."""
    context: MatchingContext = request.app.state.matching
    return context


Matching = Annotated[MatchingContext, Depends(matching_context)]
