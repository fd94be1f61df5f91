"""The services' states, published again on the databases and the broker that the settings name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from isopolity.command.console import View, table
from isopolity.command.failure import ExitCode, Failure, Misuse, require_known
from isopolity.configuration.settings import Settings
from isopolity.contracts.catalogue import EVENT_TOPICS
from isopolity.contracts.event_types import SERVICES
from isopolity.machine.stores import OwnedByAnother
from isopolity.matching.republish import republish_matching
from isopolity.matching.settings import MatchingSettings
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.errors import MessagingError
from isopolity.notify.republish import republish_notify
from isopolity.notify.settings import NotifySettings
from isopolity.persistence.database import DatabaseUnavailable
from isopolity.persistence.republication import DEFAULT_STEP
from isopolity.registry.republish import republish_registry
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.connections import open_broker
from isopolity.runtime.process import settings_problem
from isopolity.runtime.republish_order import Order, Report, RepublishRefused


class _Republish(Protocol):
    """Publishes all states of one service again."""

    async def __call__(self, settings: Settings, order: Order, *, broker: MessageBroker) -> Report: ...


_SERVICES: Final[Mapping[str, tuple[type[Settings], _Republish]]] = {
    "registry": (RegistrySettings, republish_registry),
    "matching": (MatchingSettings, republish_matching),
    "notify": (NotifySettings, republish_notify),
}
_OUTCOMES: Final = {
    "applied": "had ended, and has ended here too",
    "adopted": "taken from the topic into the database",
    "reverted": "goes back to the older state; the newer one is lost",
    "lost": "not in the database: lost, and ended for all consumers",
    "unknown": "mail of which nobody knows whether it went; decide with `isopolity mail resolve`",
}


async def republish(
    data: Path, service: str | None, topics: Sequence[str], *, restored: bool, step: int | None, dry_run: bool
) -> list[Report]:
    """Publish all states again, service by service, and return a report of each service. Raises Failure."""
    order = Order(topics=topics, step=(step or DEFAULT_STEP) if restored else None, dry_run=dry_run)
    reports: list[Report] = []
    for name in _chosen(service, topics):
        kind, republish_service = _SERVICES[name]
        try:
            settings = kind(data=data)
            async with open_broker(settings) as broker:
                reports.append(await republish_service(settings, order, broker=broker))
        except ValidationError as error:
            raise Misuse(settings_problem(error)) from None
        except (RepublishRefused, OwnedByAnother) as error:
            raise Failure(str(error)) from None
        except (MessagingError, DatabaseUnavailable, SQLAlchemyError, OSError) as error:
            raise Failure(f"{name}: {error}", ExitCode.UNREACHABLE) from None
    return reports


def render_reports(reports: Sequence[Report]) -> View:
    """How many events were published, and how many things were found; `--json` names each of these."""
    published = [(each.service, topic, f"{count:,}") for each in reports for topic, count in each.published.items()]
    yield table("service, topic, events", published)
    if found := Counter((finding.topic, finding.outcome) for each in reports for finding in each.findings):
        rows = [
            (topic, f"{count:,} {outcome}", _OUTCOMES[outcome]) for (topic, outcome), count in sorted(found.items())
        ]
        yield table("topic, found, what became of it", rows)
    if any(report.dry_run for report in reports):
        yield "Nothing was changed."


def _chosen(service: str | None, topics: Sequence[str]) -> Sequence[str]:
    """The services to work on: the one named, else the producers of the topics, else all."""
    asked = SERVICES if service is None else (require_known("service", service, SERVICES),)
    producers = {topic.name: topic.producer for topic in EVENT_TOPICS}
    for topic in topics:
        if producers.get(topic) not in asked:
            raise Misuse(f"{topic} is no topic of {service or 'this network'}.")
    return [name for name in asked if service or not topics or name in {producers[topic] for topic in topics}]
