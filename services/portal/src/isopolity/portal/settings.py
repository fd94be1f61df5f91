"""The settings of the portal: those that all services share, and its own."""

from typing import Annotated

from pydantic import Field, SecretStr

from isopolity.configuration.settings import Settings


class PortalSettings(Settings):
    """Read from `ISOPOLITY_…`."""

    portal_database_url: SecretStr | None = None
    """`postgresql://user:password@host/database`; a SQLite file in the data folder if not set."""
    matching_url: str | None = None
    """Where matching's HTTP is for the portal; the public URL if not set."""
    notify_url: str | None = None
    """Where notify's HTTP is for the portal; the public URL if not set."""
    office: str = "The office of the network"
    """Who answers for the pages; the imprint names it."""
    office_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] = "network@isopolity.example"
    """Where people write to."""

    staff_issuer: str | None = None
    """OpenID Connect issuer where staff may sign in, through registry."""

    @property
    def database_url(self) -> str:
        if self.portal_database_url is not None:
            return self.portal_database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data / 'portal.db'}"
