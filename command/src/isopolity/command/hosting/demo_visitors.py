"""Who somebody may look around as in the demo network, and the session that this begins.

Invariant: each is a person of the demo network, with the rights that such a person has.
"""

from typing import Final

from isopolity.client.registry.models import SessionReceipt
from isopolity.command.hosting.stores import Stores
from isopolity.contracts.codes import CITY_KINDS
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.entrypoints.demonstration import OPERATOR, STAFF, begin_demonstration
from isopolity.runtime.service import Service

_KINDS: Final = {"coordinator": tuple(CITY_KINDS), "foundation": ("foundation",)}
"""The kinds of the members for whose contact one looks around, by role."""


class DemoVisitors:
    """Begins sessions for who looks around."""

    def __init__(self, registry: Service, stores: Stores) -> None:
        self._registry = registry
        self._stores = stores

    async def __call__(self, role: str) -> SessionReceipt | None:
        """A session as registry tells it, for a contact of a member with much to answer; None if nobody is there."""
        kinds = _KINDS.get(role)
        contact_id = None if kinds is None else await self._stores.busiest_contact(kinds)
        if kinds is not None and contact_id is None:
            return None
        try:
            office = OPERATOR if role == "operator" else STAFF
            return SessionReceipt.model_validate(await begin_demonstration(self._registry.app, contact_id, office))
        except NotFound:  # the contact has gone since
            return None
