"""Revokes bearer tokens; every service learns of it through the compacted topic within seconds.

Invariant: a revocation is published in the transaction that stores it.
"""

from datetime import timedelta

from isopolity.contracts.event_types import REVOCATION_ISSUED
from isopolity.contracts.registry import RevocationState
from isopolity.contracts.revocations import of_member
from isopolity.persistence.outbox import Outbox
from isopolity.registry.application.ports import RegistryRepositories
from isopolity.registry.domain.revocation import Revocation


async def revoke(revocation_id: str, uow: RegistryRepositories, life: timedelta | None = None) -> Revocation:
    """End all existing tokens that match `revocation_id` (see `isopolity.contracts.revocations`).

    `life` is their longest life; by default that of any token.
    """
    revocation = await uow.revocations.revoke(revocation_id, life)
    publish_revocation(uow.outbox, revocation)
    return revocation


async def revoke_member(member_id: str, uow: RegistryRepositories) -> None:
    """End all tokens that act for the member, because it leaves; later tokens are valid."""
    await revoke(of_member(member_id), uow)


def publish_revocation(outbox: Outbox, revocation: Revocation) -> None:
    """Publish the revocation for all services."""
    outbox.publish(REVOCATION_ISSUED, revocation_state(revocation))


def revocation_state(revocation: Revocation) -> RevocationState:
    """The revocation's whole state, for its event."""
    return RevocationState(
        revocation_id=revocation.revocation_id,
        version=revocation.version,
        status="issued",
        revoked_at=revocation.revoked_at,
        expires_at=revocation.expires_at,
    )
