"""One service, or its republishing, as a child process, wired as in production but for ports that can kill it.

Everything comes from environment variables: the service's own ISOPOLITY_… settings, and ISOPOLITY_TEST_SWITCH, the
file of its kill switch.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from isopolity.configuration.settings import Settings
from isopolity.matching.bootstrap import open_matching
from isopolity.matching.domain.network import Network
from isopolity.matching.republish import republish_matching
from isopolity.matching.settings import MatchingSettings
from isopolity.messaging.kafka.settings import KafkaSettings
from isopolity.notify.bootstrap import open_mailer, open_notify
from isopolity.notify.republish import republish_notify
from isopolity.notify.settings import NotifySettings
from isopolity.observability.logs import configure_logging
from isopolity.persistence.republication import DEFAULT_STEP
from isopolity.registry.bootstrap import open_registry
from isopolity.registry.republish import republish_registry
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.process import run, serve_service
from isopolity.runtime.republish_order import Order, Report
from isopolity.runtime.service import Service
from tests.support.faults.boundaries import KillSwitch
from tests.support.faults.killing_ports import KillingBroker, KillingDatabase, KillingMailer

SETTINGS: dict[str, type[Settings]] = {
    "registry": RegistrySettings,
    "matching": MatchingSettings,
    "notify": NotifySettings,
}
REPUBLISH: dict[str, Callable[..., Awaitable[Report]]] = {
    "registry": republish_registry,
    "matching": republish_matching,
    "notify": republish_notify,
}


def kafka_settings(bootstrap: str) -> KafkaSettings:
    """Time-outs as short as possible on a busy machine, so that a fault of some seconds outlasts them."""
    return KafkaSettings(
        bootstrap_servers=bootstrap, request_timeout=5, publish_timeout=5, session_timeout=2, rebalance_timeout=6
    )


@asynccontextmanager
async def _open(settings: Settings, name: str, switch: KillSwitch) -> AsyncIterator[Service]:
    async with AsyncExitStack() as stack:
        ports = await stack.enter_async_context(_ports(settings, name, switch))
        if isinstance(settings, RegistrySettings):
            yield await stack.enter_async_context(open_registry(settings, **ports))
        elif isinstance(settings, MatchingSettings):
            service = await stack.enter_async_context(open_matching(settings, **ports))
            _tell_the_graph(service)
            yield service
        elif isinstance(settings, NotifySettings):
            mailer = KillingMailer(open_mailer(settings), switch)
            yield await stack.enter_async_context(open_notify(settings, mailer=mailer, **ports))


@asynccontextmanager
async def _ports(
    settings: Settings, name: str, switch: KillSwitch, *, errand: str | None = None
) -> AsyncIterator[dict[str, Any]]:
    database = KillingDatabase.open(settings.database_url)
    database.service, database.switch, database.errand = name, switch, errand
    try:
        yield {"database": database, "broker": KillingBroker(kafka_settings(settings.broker), name, switch)}
    finally:
        await database.close()


def _tell_the_graph(service: Service) -> None:
    """Report the graph in this process, so that a test can compare it with a rebuilt one."""
    reader: Any = service.tasks["graph"].__self__  # type: ignore[attr-defined]  # a bound method

    @service.app.get("/matching/test/graph")
    async def graph() -> dict[str, str]:
        await reader.caught_up()
        return described(reader.network)


def described(network: Network) -> dict[str, str]:
    """A description of the network, equal for equal networks, however they were built."""
    nodes = {name: repr(sorted(data.items())) for name, data in network.graph.nodes(data=True)}
    ties = [*network.graph.edges(keys=True, data=True), *network.apart.edges(keys=True, data=True)]
    edges = {key: repr((*sorted((a, b)), data)) for a, b, key, data in ties}
    return nodes | edges | {name: repr(state) for name, state in network.requests.items()}


def publish_again(name: str, *, restored: bool) -> None:
    """Do as `isopolity republish` for a service, with the settings of the environment."""
    configure_logging("info", "json")
    asyncio.run(_publish_again(SETTINGS[name](), name, Order(step=DEFAULT_STEP if restored else None)))


async def _publish_again(settings: Settings, name: str, order: Order) -> None:
    async with _ports(settings, name, _switch(), errand="a republished page's commit") as ports:
        await REPUBLISH[name](settings, order, **ports)


def _switch() -> KillSwitch:
    return KillSwitch(Path(os.environ["ISOPOLITY_TEST_SWITCH"]))


def serve(name: str) -> None:
    """Serve until a signal, with the settings of the environment."""
    switch = _switch()
    settings = SETTINGS[name]()
    configure_logging("info", "json")
    run(serve_service(lambda given: _open(given, name, switch), settings))
