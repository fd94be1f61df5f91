"""The twenty rows that docs/benchmarks.md opens with, by whom they matter to; all other rows stand at its end.

Invariant: each names exactly one row of the results, by what was measured, its size and the peer (a test holds it).
"""

from collections.abc import Mapping, Sequence
from typing import Final

Headline = tuple[str, str, str]
"""The thing measured, its size, and the name of the peer; empty where there is none."""

_LARGE: Final = "50,000 cities, 7,142 programmes"
_EVENTS: Final = "12,000 events of 1 kB"

HEADLINES: Final[Mapping[str, Sequence[Headline]]] = {
    "For members and staff": (
        ("registry to mail, p50", "100 cities join 200", ""),
        ("POST of a city into PostgreSQL", "600 requests, one at a time", "FastAPI, SQLAlchemy ORM, outbox row"),
        ("one changed member: event to suggestions, with scores and reasons", _LARGE, ""),
        ("top 20 by full score that are found, profiles as in the demo", "5,000 cities", ""),
        ("members to finished round, reasons included", "425 cities, 60 programmes", ""),
        ("members to finished round, reasons included", _LARGE, ""),
        ("peak memory of that", _LARGE, ""),
        ("quick round, below the bound with cuts", "50,000 clustered cities, capacity 1 to 3", ""),
        ("exact round, below the bound with cuts", "1,000 clustered cities, capacity 1 to 3", ""),
    ),
    "For operators": (
        ("start of all services on kept data", "demo network, 465 cities", ""),
        (
            "import of cities into PostgreSQL",
            "100,000 rows of CSV",
            "SQLAlchemy ORM, add_all by 1,000",
        ),
        ("matching worker rebuilt from the topics into PostgreSQL", "30,000 city events of 1 kB", ""),
        ("memory of matching", "50,000 cities", ""),
        ("verify a certificate: time", "50,000 cities, 562,132 pairs, exact", ""),
    ),
    "Beside others' programs": (
        ("consumer runner beside plain aiokafka", _EVENTS, "plain aiokafka"),
        ("relay from PostgreSQL to Kafka", "30,000 events of 1 kB", "asyncpg and aiokafka in a loop"),
        ("top 20 of all, 40 numbers each", "50,000 cities", "faiss IndexFlatIP"),
        ("exact round, equal value", "1,000 clustered cities, capacity 1", "rustworkx"),
        ("sponsorship round, optimal", _LARGE, "OR-Tools"),
        ("affinity, both cities have links: hits@10", "among 99 from anywhere", "best known, from 10 % more links"),
    ),
}
