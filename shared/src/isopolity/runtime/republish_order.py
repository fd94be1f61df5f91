"""The order to publish all state of a service again, who carries it out, and its report, for `isopolity republish`.

Invariant: a restoration runs while the service does not: it holds the relay's lease, so that nothing of it goes out
before it is whole, and a service that runs is found and refused.
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
    """The states to publish: those of `topics`, or all; with a `step` as a service restored from a backup does."""

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
        """For `--json`."""
        return asdict(self)


class RepublishRefused(Exception):
    """It cannot be done now; its words say what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Republisher(Generic[UnitOfWorkT]):
    """Carries out orders for one service, which need not run."""

    service: str
    tables: MessagingTables
    sources: Sequence[Source[Any]]
    unit_of_work: Callable[[Foundation], UnitOfWorkT]
    learn: Callable[[Foundation], Awaitable[TakeIn[UnitOfWorkT]]]
    """Reads from the topics what a restored database may have lost."""

    async def __call__(self, settings: Settings, order: Order, **overrides: Unpack[Overrides]) -> Report:
        """Carry out the order; what is not given is opened as the settings say.

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
    """Hold what an active relay of the service holds. Raises RepublishRefused where one runs."""
    async with AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(_PATIENCE):
                await stack.enter_async_context(lease(foundation.database, f"isopolity.{foundation.name}.relay"))
        except TimeoutError:
            raise RepublishRefused(f"{foundation.name} runs; stop all its processes before --restored.") from None
        yield
