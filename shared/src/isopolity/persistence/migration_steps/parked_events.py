"""Steps that migrations of every service call: they change by which key parked events are identified.

Invariant: a step is frozen once it is released.
"""

import json
from typing import Final

from alembic.operations import Operations
from sqlalchemy import Column, String, text

_EVENT_OF_PARKED: Final = text("UPDATE parked SET event_id = :event_id WHERE id = :id")
_DOUBLE_PLACES: Final = text(
    'DELETE FROM parked WHERE id NOT IN (SELECT min(id) FROM parked GROUP BY topic, "partition", "offset")'
)


def key_parked_by_event(operations: Operations) -> None:
    """Identify parked events by their ids, not by their places: a topic that is made anew gives out places again."""
    operations.add_column("parked", Column("event_id", String(300)))
    connection = operations.get_bind()
    rows = connection.execute(text("SELECT id, headers FROM parked ORDER BY id")).all()
    seen: dict[str, int] = {}
    for row in rows:
        event_id = dict(json.loads(row.headers)).get("ce_id")
        if event_id is not None and seen.setdefault(event_id, row.id) == row.id:
            connection.execute(_EVENT_OF_PARKED, {"id": row.id, "event_id": event_id})
    with operations.batch_alter_table("parked") as parked:
        parked.drop_constraint("uq_parked_place", type_="unique")
    operations.create_index("uq_parked_event", "parked", ["event_id"], unique=True)


def key_parked_by_place(operations: Operations) -> None:
    """Identify parked events by their places again; of two events with the same place the first one stays."""
    operations.get_bind().execute(_DOUBLE_PLACES)
    operations.drop_index("uq_parked_event", "parked")
    with operations.batch_alter_table("parked") as parked:
        parked.drop_column("event_id")
        parked.create_unique_constraint("uq_parked_place", ["topic", "partition", "offset"])
