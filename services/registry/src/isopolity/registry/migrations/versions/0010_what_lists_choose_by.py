"""What lists of cities choose and sort by, and where a city lies, as columns; filled from what is stored of each."""

import json
from math import floor
from typing import Any

import sqlalchemy as sa
from alembic import op

from isopolity.folded_text import fold

revision = "0010"
down_revision = "0009"

_AT_ONCE = 1000
_TEXTS = ("name", "sort_name", "modes", "languages")
_SORTED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBERS: dict[str, Any] = {
    "population": sa.Integer,
    "latitude": sa.Float(53),
    "longitude": sa.Float(53),
    "cell": sa.Integer,
}
cities = sa.table(
    "cities",
    *(sa.column(name, sa.Text) for name in ("id", "document", *_TEXTS)),
    *(sa.column(name, kind) for name, kind in _NUMBERS.items()),
)


def upgrade() -> None:
    for name in _TEXTS:
        kind = _SORTED if name in ("name", "sort_name") else sa.Text()
        op.add_column("cities", sa.Column(name, kind, nullable=False, server_default=""))
    for name, number in _NUMBERS.items():
        op.add_column("cities", sa.Column(name, number))
    _fill(op.get_bind())
    op.create_index("ix_cities_sort_name", "cities", ["sort_name", "id"])
    endorsed: dict[str, Any] = {
        f"{dialect}_where": sa.text("status = 'endorsed'") for dialect in ("postgresql", "sqlite")
    }
    op.create_index("ix_cities_places", "cities", ["id", "cell", "latitude", "longitude", "name"], **endorsed)


def downgrade() -> None:
    op.drop_index("ix_cities_places", "cities")
    op.drop_index("ix_cities_sort_name", "cities")
    for name in (*_NUMBERS, *_TEXTS):
        op.drop_column("cities", name)


def _fill(connection: sa.Connection) -> None:
    filled: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in (*_TEXTS, *_NUMBERS)}
    statement = sa.update(cities).where(cities.c.id == sa.bindparam("of")).values(filled)
    query = sa.select(cities.c.id, cities.c.document).order_by(cities.c.id).limit(_AT_ONCE)
    rows = connection.execute(query).all()
    while rows:
        connection.execute(statement, [{"of": row.id, **_columns(json.loads(row.document))} for row in rows])
        rows = connection.execute(query.where(cities.c.id > rows[-1].id)).all()


def _columns(profile: dict[str, Any]) -> dict[str, Any]:
    latitude, longitude = profile.get("latitude"), profile.get("longitude")
    interests = [(side, each) for side in ("need", "offer") for each in profile.get(f"{side}s") or ()]
    modes = {f"{side}:{each['subject']}:{each['mode']}" for side, each in interests}
    tags = {language.lower() for language in profile.get("languages") or ()}
    cell = None
    if latitude is not None and longitude is not None:
        cell = min(89, floor((latitude + 90) / 2)) * 180 + min(179, floor((longitude + 180) / 2))
    return {
        "new_name": profile["name"],
        "new_sort_name": fold(profile["name"])[:100],
        "new_modes": f" {' '.join(sorted(modes | {each['mode'] for _, each in interests}))} ",
        "new_languages": f" {' '.join(sorted(tags | {tag.partition('-')[0] for tag in tags}))} ",
        "new_population": profile.get("population"),
        "new_latitude": latitude,
        "new_longitude": longitude,
        "new_cell": cell,
    }
