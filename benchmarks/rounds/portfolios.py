"""The best grants of a programme, beside HiGHS on all grants at once, which gets a minute."""

from collections.abc import Sequence
from statistics import median
from time import perf_counter, process_time
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array

from benchmarks.measuring import Cost, interleaved
from benchmarks.report import Row
from benchmarks.surroundings import Surroundings
from isopolity.matching.domain.money.best_grants import best_choice
from isopolity.matching.domain.money.grant_prices import Offers

SIZES: Final = ((1_000, 50), (5_000, 500), (50_000, 2_000))
"""Grants and places."""
PATIENCE: Final = 60.0
"""Seconds for the peer."""


async def measure(here: Surroundings) -> Sequence[Row]:
    """Ours a few times, HiGHS on all grants once: it mostly takes its whole minute."""
    return [await _row(here, here.size(grants), here.size(places)) for grants, places in SIZES]


async def _row(here: Surroundings, grants: int, places: int) -> Row:
    offers = _offers(grants)
    money = int(offers.cost.mean() * places * 0.7)
    choice = best_choice(offers, money, places)

    async def ours() -> Cost:
        started, worked = perf_counter(), process_time()
        best_choice(offers, money, places)
        return Cost(perf_counter() - started, process_time() - worked)

    samples = await interleaved({"ours": ours}, here.rounds())
    started = perf_counter()
    value = _on_all(offers, money, places)
    peer, seconds = perf_counter() - started, median(samples.clock("ours"))
    found = "found nothing" if value is None else f"reached {value / choice.value:.4%} of our value"
    return Row(
        what="best grants within a budget: time",
        size=f"{grants:,} grants, {places:,} places",
        unit="s",
        ours=seconds,
        peer_name="scipy.optimize.milp on all grants, once",
        peer=peer,
        ratio=peer / seconds,
        note=f"ours is {'proved the best' if choice.is_searched else 'not proved the best'}, its bound "
        f"{choice.bound / choice.value - 1:.5%} higher; the peer {found}",
        samples=samples.seconds("ours"),
    )


def _offers(grants: int) -> Offers:
    """Grants of 5,000 to 59,000 in whole thousands; every second city has two."""
    lot = np.random.default_rng(1)
    city = np.arange(grants) * 2 // 3
    return Offers(value=lot.integers(3_000, 9_500, grants), cost=lot.integers(5, 60, grants) * 1_000, city=city)


def _on_all(offers: Offers, money: int, places: int) -> int | None:
    """The value that HiGHS reaches; None if it finds nothing in time."""
    grants = len(offers.value)
    of_city = coo_array((np.ones(grants), (offers.city, np.arange(grants)))).tocsr()
    found = milp(
        -offers.value.astype(np.float64),
        constraints=[
            LinearConstraint(csr_array(offers.cost[None, :] / 1_000), ub=money // 1_000),
            LinearConstraint(csr_array(np.ones((1, grants))), ub=places),
            LinearConstraint(of_city, ub=1),
        ],
        integrality=np.ones(grants),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0, "time_limit": PATIENCE},
    )
    return None if found.x is None else int(offers.value[found.x > 0.5].sum())
