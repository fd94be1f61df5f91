"""Rights on tables: finds those that a service needs and lacks. Asking changes nothing.

A service reads and writes every table of its own, and takes numbers from their sequences. SQLite knows no rights, only
tables that are not there.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.machine.stores import FORBIDDEN, UNKNOWN_TABLE, Unwritable

_NAMES_SHOWN: Final = 5
_LACKING: Final = text(
    "WITH named AS (SELECT name, to_regclass(quote_ident(name)) AS place FROM unnest(CAST(:names AS text[])) AS name),"
    " wanted AS (SELECT name, privilege, has_table_privilege(place, privilege) AS granted"
    " FROM named, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege WHERE place IS NOT NULL"
    " UNION ALL SELECT sequence.relname, 'USAGE',"
    " CASE sequence.relkind WHEN 'S' THEN has_sequence_privilege(sequence.oid, 'USAGE') ELSE true END"
    " FROM named JOIN pg_depend ON refobjid = place AND deptype = 'a' AND classid = 'pg_class'::regclass"
    " JOIN pg_class AS sequence ON sequence.oid = objid)"
    " SELECT privilege, name FROM wanted WHERE NOT granted"
    " UNION ALL SELECT '', name FROM named WHERE place IS NULL ORDER BY 1, 2"
)
"""Rights that the role lacks, table by table; a table that is not there, or in a closed schema, lacks the right ''."""
_TABLES_OF_SQLITE: Final = text("SELECT name FROM sqlite_master WHERE type = 'table'")


async def lacking(connection: AsyncConnection, tables: Collection[Table]) -> Unwritable | None:
    """The rights or tables that this connection's role lacks; None where it lacks nothing."""
    names = sorted(table.name for table in tables)
    if connection.dialect.name == "sqlite":
        there = set((await connection.execute(_TABLES_OF_SQLITE)).scalars())
        return _missing([name for name in names if name not in there])
    by_right: defaultdict[str, list[str]] = defaultdict(list)
    for right, name in await connection.execute(_LACKING, {"names": names}):
        by_right[right].append(name)
    if missing := by_right.pop("", None):
        return _missing(missing)
    rights = "; ".join(f"{right} on {_listed(found)}" for right, found in by_right.items())
    return FORBIDDEN._replace(detail=rights) if rights else None


def _missing(names: Sequence[str]) -> Unwritable | None:
    return UNKNOWN_TABLE._replace(detail=_listed(names)) if names else None


def _listed(names: Sequence[str]) -> str:
    left = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {left} more" if left > 0 else "")
