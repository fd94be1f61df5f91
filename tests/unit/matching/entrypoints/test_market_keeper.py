"""The market is drawn before somebody asks, once the network is quiet, and anew on each day."""

from dataclasses import replace
from datetime import date, timedelta

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.entrypoints.periodic_tasks import MarketKeeper
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock


class CountingSource(MarketSource):
    """A source that notes the day of each market that is asked for."""

    days: list[date]

    async def current(self, today: date) -> Market:
        self.days.append(today)
        return await super().current(today)


async def test_the_market_is_drawn_when_the_network_is_quiet_and_read_and_on_each_day() -> None:
    network, clock = network_of(many_wishes(4, capacity=1)), TestClock()
    instance, markets = Instance(FakeStore(), network, SendingPolicy.ROUNDS_ONLY, clock), CountingSource(network)
    markets.days = []
    keeper = MarketKeeper(surroundings=replace(instance.surroundings, markets=markets))

    instance.graph.is_ready = False
    seen = await keeper.look(await keeper.look(-1))
    assert markets.days == [], "it has not been read yet"

    instance.graph.is_ready = True
    network.forget_member(many_wishes(4, capacity=1)[-1].city_id)
    seen = await keeper.look(seen)
    assert markets.days == [], "it has just changed"

    seen = await keeper.look(seen)
    clock.move(timedelta(days=1))
    await keeper.look(seen)
    assert markets.days == [NOW.date(), NOW.date() + timedelta(days=1)]
