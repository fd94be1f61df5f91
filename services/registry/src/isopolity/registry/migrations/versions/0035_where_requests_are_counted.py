"""Indexes by which requests of a region or a country are counted without reading a city."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    for place in ("region", "country"):
        op.create_index(f"ix_cities_of_{place}", "cities", [place, "id"], **_only("endorsed"))
    op.create_index("ix_requests_open", "requests", ["city_id"], **_only("published"))


def downgrade() -> None:
    op.drop_index("ix_requests_open", "requests")
    for place in ("country", "region"):
        op.drop_index(f"ix_cities_of_{place}", "cities")


def _only(status: str) -> dict[str, Any]:
    return {f"{dialect}_where": sa.text(f"status = '{status}'") for dialect in ("postgresql", "sqlite")}
