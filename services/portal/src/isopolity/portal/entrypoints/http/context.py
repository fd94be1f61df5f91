"""What all pages work with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request

from isopolity.client.operations.models import StreamsReport
from isopolity.machine.clock import Clock
from isopolity.portal.adapters.patience import Patience
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.application.ports import DeskBook, KeptForms, SessionStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who answers for the pages, and where they run."""

    name: str
    email: str
    is_local: bool
    """On the visitor's own machine."""
    is_secure: bool
    """By HTTPS only."""
    passkey_origin: str | None = None
    """Where browsers offer passkeys, such as `http://localhost:8000`; None where they offer none."""
    has_issuer: bool = False
    """Whether staff may sign in at the issuer of its organisation."""
    is_demo: bool = False
    """Showing the demo network; each page says so."""

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; browsers take it by its prefix from this host over HTTPS only."""
        return "__Host-isopolity" if self.is_secure else "isopolity_session"

    @property
    def browser_cookie(self) -> str:
        """The name of the browser's own cookie."""
        return "__Host-isopolity-browser" if self.is_secure else "isopolity_browser"


async def _nothing() -> None:
    """The report of a portal that takes no samples: None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The services, the sessions, the forms that are kept, the desk, the office, and what time it is."""

    apis: ServiceApis
    sessions: SessionStore
    kept_forms: KeptForms
    desk: DeskBook
    office: Office
    clock: Clock
    own_report: Callable[[], Awaitable[StreamsReport | None]] = _nothing
    """Reads the portal's own report, in the form of the services' `/streams`."""
    patience: Callable[[], Patience] = Patience
    """Makes the patience of a page of the console with the services."""


def surroundings_of(request: Request) -> Surroundings:
    """What all pages work with."""
    found: Surroundings = request.app.state.surroundings
    return found
