"""Revoking bearer tokens: registry decides, every service hears of it by the compacted topic within seconds.

Invariant: a revocation is published in the transaction that keeps it.
"""

from datetime import timedelta

from isopolity.contracts.event_types import REVOCATION_ISSUED
from isopolity.contracts.registry import RevocationState
from isopolity.contracts.revocations import of_member
from isopolity.persistence.outbox import Outbox
from isopolity.registry.application.ports import RegistryRepositories
from isopolity.registry.domain.revocation import Revocation


async def revoke(revocation_id: str, uow: RegistryRepositories, life: timedelta | None = None) -> Revocation:
    """End all tokens that `revocation_id` names (see `isopolity.contracts.revocations`) and that exist by now.

    `life` is how long they live at most; by default as long as any token may.
    """
    revocation = await uow.revocations.revoke(revocation_id, life)
    publish_revocation(uow.outbox, revocation)
    return revocation


async def revoke_member(member_id: str, uow: RegistryRepositories) -> None:
    """End all tokens that speak for the member, because it leaves; tokens that it gets later are valid."""
    await revoke(of_member(member_id), uow)


def publish_revocation(outbox: Outbox, revocation: Revocation) -> None:
    """Tell every service."""
    outbox.publish(REVOCATION_ISSUED, revocation_state(revocation))


def revocation_state(revocation: Revocation) -> RevocationState:
    """The revocation whole, as its event carries it."""
    return RevocationState(
        revocation_id=revocation.revocation_id,
        version=revocation.version,
        status="issued",
        revoked_at=revocation.revoked_at,
        expires_at=revocation.expires_at,
    )
