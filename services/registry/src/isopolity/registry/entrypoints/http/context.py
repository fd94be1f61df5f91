"""Context of registry's routers: ports, put together by bootstrap and kept on the application."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from isopolity.registry.application.directory import ContactDirectory, Directory
from isopolity.registry.application.ports import Surroundings, UnitOfWorkFactory
from isopolity.registry.domain.application import Application
from isopolity.registry.domain.change import Change
from isopolity.registry.domain.member import City, Partner
from isopolity.registry.domain.request import Request as SponsorRequest
from isopolity.registry.domain.twinning import Twinning


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryContext:
    """The ports behind the HTTP interface."""

    unit_of_work: UnitOfWorkFactory
    surroundings: Surroundings
    cities: Directory[City]
    partners: Directory[Partner]
    requests: Directory[SponsorRequest]
    twinnings: Directory[Twinning]
    contacts: ContactDirectory
    applications: Directory[Application]
    changes: Directory[Change]


async def registry_context(request: Request) -> RegistryContext:
    """The context of the application that serves `request`."""
    context: RegistryContext = request.app.state.registry
    return context


Registry = Annotated[RegistryContext, Depends(registry_context)]
