"""Compiled statements of all databases of a process.

SQLAlchemy keeps them by engine, and a test has an engine of its own, so that each test would compile anew what the
tests before it have compiled: a tenth of its time. All engines of a process that speak to the same kind of database
compile a statement alike.
"""

from typing import Any, Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

_SIZE: Final = 4000


class SharedStatements(LRUCache[Any, Any]):
    """A cache whose keys have the kind of the database in the place of an engine's own dialect."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_shared(key), default)

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(_shared(key))

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_shared(key), value)


def _shared(key: Any) -> Any:
    dialect, *rest = key
    return (dialect.name, *rest)


_STATEMENTS: Final = SharedStatements(_SIZE)


def share_compiled_statements() -> None:
    """From now on, let all engines of this process share what they have compiled."""

    @event.listens_for(Engine, "engine_connect")
    def use(connection: Connection) -> None:
        connection.execution_options(compiled_cache=_STATEMENTS)
