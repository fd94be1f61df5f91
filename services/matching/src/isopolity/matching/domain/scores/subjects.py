"""The table of neighbouring subjects, and the share of a need that an offer on a neighbouring one can meet.

Three code lists overlap: the areas of the Key Features of Learning Cities, the network's clusters, and the SDGs. A city
that asks for help with health may name `cluster.health` or `sdg.3`. Invariant: the table is symmetric, no share
reaches 1, so that the same subject always counts more; a code that is not in it neighbours nothing.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from isopolity.matching.arrays import Floats

_ALIKE: Final = 0.7
"""Two names of one field of work."""
_CLOSE: Final = 0.5
"""One is a large part of the other, or the usual means to it."""
_TOUCHING: Final = 0.3
"""A target, or an indicator, of one names the other."""

NEIGHBOUR_ROWS: Final = (
    # sources: Key Features of Learning Cities (UNESCO, Beijing 2013) by section; bare numbers are goals, targets and
    # indicators of Agenda 2030 (A/RES/70/1, A/RES/71/313)
    ("area.cohesion", "cluster.equity", _CLOSE, "Key Features 1.1: inclusion"),
    ("area.cohesion", "cluster.citizenship", _TOUCHING, "Key Features 1.1: active citizens"),
    ("area.cohesion", "sdg.5", _TOUCHING, "Key Features 1.1: gender equality"),
    ("area.cohesion", "sdg.10", _CLOSE, "10.2: inclusion of all"),
    ("area.cohesion", "sdg.16", _TOUCHING, "Key Features 1.1: safe and harmonious communities"),
    ("area.prosperity", "cluster.entrepreneurship", _CLOSE, "Key Features 1.2: employment and enterprise"),
    ("area.prosperity", "sdg.8", _CLOSE, "8.3"),
    ("area.prosperity", "sdg.9", _TOUCHING, "9.2"),
    ("area.prosperity", "sdg.11", _TOUCHING, "11.4: cultural heritage"),
    ("area.sustainability", "cluster.sustainable-development", _ALIKE, "Key Features 1.3"),
    ("area.sustainability", "sdg.6", _TOUCHING, "6.b"),
    ("area.sustainability", "sdg.7", _TOUCHING, "7.2"),
    ("area.sustainability", "sdg.11", _CLOSE, "11.6"),
    ("area.sustainability", "sdg.12", _CLOSE, "12.8"),
    ("area.sustainability", "sdg.13", _CLOSE, "13.3"),
    ("area.sustainability", "sdg.14", _TOUCHING, "14.1"),
    ("area.sustainability", "sdg.15", _TOUCHING, "15.9"),
    ("area.inclusive-education", "cluster.equity", _CLOSE, "Key Features 2.1: access for all"),
    ("area.inclusive-education", "cluster.literacy", _TOUCHING, "Key Features 2.1: basic education"),
    ("area.inclusive-education", "sdg.4", _ALIKE, "4.1 to 4.5"),
    ("area.communities", "area.culture", _CLOSE, "Key Features 2.2 and 2.6: learning outside school"),
    ("area.communities", "cluster.literacy", _TOUCHING, "family literacy, Key Features 2.2"),
    ("area.communities", "sdg.4", _TOUCHING, "4.2, 4.6"),
    ("area.workplace", "cluster.entrepreneurship", _CLOSE, "Key Features 2.3"),
    ("area.workplace", "sdg.4", _TOUCHING, "4.4: skills for employment"),
    ("area.workplace", "sdg.8", _CLOSE, "8.5, 8.6"),
    ("area.technologies", "sdg.4", _TOUCHING, "indicator 4.4.1: skills in technology"),
    ("area.technologies", "sdg.9", _TOUCHING, "9.c"),
    ("area.quality", "cluster.planning", _CLOSE, "Key Features 2.5: monitoring what is learned"),
    ("area.quality", "sdg.4", _CLOSE, "4.c, indicator 4.1.1"),
    ("area.culture", "sdg.4", _TOUCHING, "Goal 4: lifelong learning for all"),
    ("area.commitment", "area.governance", _CLOSE, "Key Features 3.1 and 3.2"),
    ("area.commitment", "cluster.planning", _CLOSE, "Key Features 3.1: strategies"),
    ("area.commitment", "sdg.17", _TOUCHING, "17.14"),
    ("area.governance", "cluster.citizenship", _TOUCHING, "Key Features 3.2: participation"),
    ("area.governance", "cluster.planning", _TOUCHING, "Key Features 3.2: coordination"),
    ("area.governance", "sdg.11", _TOUCHING, "11.3: participatory planning"),
    ("area.governance", "sdg.16", _CLOSE, "16.6, 16.7"),
    ("area.governance", "sdg.17", _TOUCHING, "17.17"),
    ("area.resources", "area.commitment", _TOUCHING, "Key Features 3.1 and 3.3"),
    ("area.resources", "sdg.17", _CLOSE, "17.3"),
    ("cluster.sustainable-development", "cluster.citizenship", _TOUCHING, "both are target 4.7"),
    ("cluster.sustainable-development", "sdg.4", _CLOSE, "4.7"),
    ("cluster.sustainable-development", "sdg.11", _TOUCHING, "11.3"),
    ("cluster.sustainable-development", "sdg.12", _CLOSE, "12.8"),
    ("cluster.sustainable-development", "sdg.13", _CLOSE, "13.3"),
    ("cluster.sustainable-development", "sdg.15", _TOUCHING, "15.9"),
    ("cluster.equity", "sdg.1", _TOUCHING, "1.4"),
    ("cluster.equity", "sdg.4", _CLOSE, "4.5"),
    ("cluster.equity", "sdg.5", _CLOSE, "5.1"),
    ("cluster.equity", "sdg.10", _CLOSE, "10.2, 10.3"),
    ("cluster.planning", "sdg.4", _TOUCHING, "4.1: the cluster's own subject is Goal 4"),
    ("cluster.planning", "sdg.17", _TOUCHING, "17.18, 17.19: data"),
    ("cluster.citizenship", "sdg.4", _CLOSE, "4.7"),
    ("cluster.citizenship", "sdg.16", _CLOSE, "16.7"),
    ("cluster.entrepreneurship", "sdg.4", _TOUCHING, "4.4 names entrepreneurship"),
    ("cluster.entrepreneurship", "sdg.8", _ALIKE, "8.3 names entrepreneurship"),
    ("cluster.entrepreneurship", "sdg.9", _TOUCHING, "9.3: small enterprises"),
    ("cluster.health", "sdg.2", _TOUCHING, "2.2: nutrition"),
    ("cluster.health", "sdg.3", _ALIKE, "Goal 3 is the cluster's subject"),
    ("cluster.literacy", "sdg.4", _CLOSE, "4.6"),
    ("sdg.1", "sdg.2", _TOUCHING, "1.2, 2.1"),
    ("sdg.1", "sdg.8", _TOUCHING, "indicator 1.1.1: working poor"),
    ("sdg.1", "sdg.10", _TOUCHING, "1.3, 10.4: social protection"),
    ("sdg.2", "sdg.3", _TOUCHING, "2.2: nutrition"),
    ("sdg.3", "sdg.6", _TOUCHING, "3.9: water and hygiene"),
    ("sdg.5", "sdg.10", _TOUCHING, "10.2: irrespective of sex"),
    ("sdg.6", "sdg.14", _TOUCHING, "6.3, 14.1: pollution from land"),
    ("sdg.7", "sdg.13", _CLOSE, "7.2: renewable energy"),
    ("sdg.8", "sdg.9", _TOUCHING, "9.2: industry and employment"),
    ("sdg.11", "sdg.12", _TOUCHING, "11.6: waste"),
    ("sdg.11", "sdg.13", _TOUCHING, "11.b, 13.1: resilience"),
    ("sdg.12", "sdg.13", _TOUCHING, "12.8, 13.3: awareness"),
    ("sdg.13", "sdg.15", _TOUCHING, "15.2, 15.3: forests and land"),
    ("sdg.14", "sdg.15", _TOUCHING, "14.2, 15.5: biodiversity"),
)

NEIGHBOURS: Final[Mapping[tuple[str, str], float]] = MappingProxyType(
    {pair: share for one, other, share, _ in NEIGHBOUR_ROWS for pair in ((one, other), (other, one))}
)
"""By need and offer, in either order: how much of the need an offer on the neighbouring subject meets."""
_BESIDE: Final[Mapping[str, Sequence[tuple[str, float]]]] = MappingProxyType(
    {
        offer: tuple((need, scaled) for (need, other), scaled in NEIGHBOURS.items() if other == offer)
        for _, offer in NEIGHBOURS
    }
)


def share(need: str, offer: str, neighbours: float = 1.0) -> float:
    """The share of a need that an offer can meet by its subject: 1 on the need's own, else the table's share scaled."""
    return 1.0 if need == offer else neighbours * NEIGHBOURS.get((need, offer), 0.0)


def near(offers: Sequence[str], neighbours: float = 1.0) -> Mapping[str, float]:
    """The subjects that any of `offers` can meet, each with the share of the nearest one."""
    found = dict.fromkeys(offers, 1.0)
    for offer in offers:
        for need, scaled in _BESIDE.get(offer, ()):
            found[need] = max(found.get(need, 0.0), neighbours * scaled)
    return found


def shares(needs: Sequence[str], offers: Sequence[str], neighbours: float = 1.0) -> Floats:
    """The share of every need's subject (rows) with every offer's (columns)."""
    return np.array([[share(need, offer, neighbours) for offer in offers] for need in needs], np.float64).reshape(
        len(needs), len(offers)
    )
