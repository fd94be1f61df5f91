"""The order to publish all state of a service again, and what was done: what `isopolity republish` calls.

Invariant: a restoration runs while the service does not: it holds the relay's lease, so that nothing of it goes out
before it is whole, and a service that runs is found and refused.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final

from isopolity.persistence.lease import lease
from isopolity.persistence.republication import (
    Finding,
    Learn,
    Republishing,
    RestorationUnderWay,
    Source,
    StepTooSmall,
    UnitOfWorkT,
)
from isopolity.runtime.service import Foundation

_PATIENCE: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to publish: the states of `topics`, or all; with a `step` as a service restored from a backup does."""

    topics: Sequence[str] = ()
    step: int | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a service published, by topic, and what a restored one found."""

    service: str
    dry_run: bool
    step: int | None
    published: Mapping[str, int]
    findings: Sequence[Finding] = ()

    def document(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


class RepublishRefused(Exception):
    """It cannot be done now; its words say what to change."""


async def republish(
    foundation: Foundation,
    unit_of_work: Callable[[], UnitOfWorkT],
    sources: Sequence[Source[Any]],
    learn: Learn[UnitOfWorkT],
    order: Order,
) -> Report:
    """Carry out the order. Raises RepublishRefused, BrokerUnavailable, or what `is_unavailable` recognises."""
    if (missing := await foundation.checks["migrations"]()) is not None:
        raise RepublishRefused(f"{foundation.name}: {missing}.")
    work = Republishing(
        unit_of_work=unit_of_work,
        restorations=foundation.tables.restorations,
        sources=sources,
        dry_run=order.dry_run,
    )
    findings: Sequence[Finding] = ()
    try:
        if order.step is None:
            published = await work.publish(order.topics)
        else:
            async with _alone(foundation):
                published, findings = await work.restore(order.step, learn)
    except (RestorationUnderWay, StepTooSmall) as error:
        raise RepublishRefused(f"{foundation.name}: {error}") from error
    return Report(
        service=foundation.name, dry_run=order.dry_run, step=order.step, published=published, findings=findings
    )


@asynccontextmanager
async def _alone(foundation: Foundation) -> AsyncIterator[None]:
    """Hold what an active relay of the service holds. Raises RepublishRefused where one runs."""
    async with AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(_PATIENCE):
                await stack.enter_async_context(lease(foundation.database, f"isopolity.{foundation.name}.relay"))
        except TimeoutError:
            raise RepublishRefused(f"{foundation.name} runs; stop all its processes before --restored.") from None
        yield
