"""`isopolity republish` for one service: the order to publish its state again, the work, and the report.

Invariant: a restoration runs only while the service is stopped: it holds the relay's lease, so that nothing is
published before the restoration is complete, and it is refused if the service runs.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final, Generic, Unpack

from isopolity.configuration.settings import Settings
from isopolity.persistence.lease import lease
from isopolity.persistence.republication import (
    Finding,
    Republishing,
    RestorationUnderWay,
    Source,
    StepTooSmall,
    TakeIn,
    UnitOfWorkT,
)
from isopolity.persistence.tables import MessagingTables
from isopolity.runtime.service import Foundation, Overrides, open_foundation

_PATIENCE: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The states to publish: those of `topics`, or all; with a `step`, as after a restore from a backup."""

    topics: Sequence[str] = ()
    step: int | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Number of states that a service published, by topic, and findings of a restored one."""

    service: str
    dry_run: bool
    step: int | None
    published: Mapping[str, int]
    findings: Sequence[Finding] = ()

    def document(self) -> dict[str, Any]:
        """The report as a document for `--json`."""
        return asdict(self)


class RepublishRefused(Exception):
    """The order cannot be carried out now; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Republisher(Generic[UnitOfWorkT]):
    """Carries out orders for one service, which need not be running."""

    service: str
    tables: MessagingTables
    sources: Sequence[Source[Any]]
    unit_of_work: Callable[[Foundation], UnitOfWorkT]
    learn: Callable[[Foundation], Awaitable[TakeIn[UnitOfWorkT]]]
    """Reads from the topics the states that a restored database may have lost."""

    async def __call__(self, settings: Settings, order: Order, **overrides: Unpack[Overrides]) -> Report:
        """Carry out the order; connections that `overrides` lacks are opened by the settings.

        Raises RepublishRefused, OwnedByAnother, BrokerUnavailable, and what `is_unavailable` recognises.
        """
        async with open_foundation(
            settings, self.service, self.tables, settings.database_url, **overrides
        ) as foundation:
            return await self._carried_out(foundation, order)

    async def _carried_out(self, foundation: Foundation, order: Order) -> Report:
        if (missing := await foundation.checks["migrations"]()) is not None:
            raise RepublishRefused(f"{self.service}: {missing}.")
        work = Republishing(
            unit_of_work=lambda: self.unit_of_work(foundation),
            restorations=foundation.tables.restorations,
            sources=self.sources,
            dry_run=order.dry_run,
        )
        findings: Sequence[Finding] = ()
        try:
            if order.step is None:
                published = await work.publish(order.topics)
            else:
                async with _alone(foundation):
                    published, findings = await work.restore(order.step, lambda: self.learn(foundation))
        except (RestorationUnderWay, StepTooSmall) as error:
            raise RepublishRefused(f"{self.service}: {error}") from error
        return Report(
            service=self.service, dry_run=order.dry_run, step=order.step, published=published, findings=findings
        )


@asynccontextmanager
async def _alone(foundation: Foundation) -> AsyncIterator[None]:
    """Hold the lease of the service's relay. Raises RepublishRefused if the service is running."""
    async with AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(_PATIENCE):
                await stack.enter_async_context(lease(foundation.database, f"isopolity.{foundation.name}.relay"))
        except TimeoutError:
            raise RepublishRefused(f"{foundation.name} runs; stop all its processes before --restored.") from None
        yield
