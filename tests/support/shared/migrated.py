"""Databases with a service's tables: they are migrated once a process, and then copied."""

import asyncio
import atexit
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import asyncpg
from sqlalchemy.engine import URL, make_url

from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade

SQLITE = "sqlite+aiosqlite:///"
_contents: dict[str, bytes] = {}
"""Contents of a SQLite file with the tables, by package."""
_databases: dict[tuple[str, str], str] = {}
"""Names of databases of PostgreSQL to copy, by the address of their server and package."""


async def open_migrated(url: str, package: str) -> Database:
    """The open database at `url`, with the tables of `package`, such as `isopolity.registry`, copied if it has none.

    In PostgreSQL it is made if it does not exist.
    """
    filled = await filled_with_tables(url, package)
    database = Database.open(url)
    if not filled:
        await upgrade(database, package)
    return database


async def filled_with_tables(url: str, package: str) -> bool:
    """Copy the tables of `package` to an empty database at `url`; returns whether it was empty."""
    if url.startswith(SQLITE):
        return _filled(Path(url.removeprefix(SQLITE)), await _content(package))
    return await _copied(make_url(url), package)


def _filled(file: Path, content: bytes) -> bool:
    """Write the file if it does not exist; returns whether it was written."""
    if file.exists():
        return False
    file.write_bytes(content)
    return True


async def _content(package: str) -> bytes:
    if package not in _contents:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "migrated.db"
            await _migrate(f"{SQLITE}{file}", package)
            _contents[package] = _read(file)
    return _contents[package]


def _read(file: Path) -> bytes:
    return file.read_bytes()


async def _copied(url: URL, package: str) -> bool:
    """Copy the tables to the database if it is empty or does not exist; returns whether it was so."""
    server = url.set(database="postgres")
    origin = await _origin(server, package)
    make = f"CREATE DATABASE {url.database} TEMPLATE {origin} STRATEGY file_copy"
    if not await _value(server, "SELECT count(*) FROM pg_database WHERE datname = $1", url.database):
        await _execute(server, make)
        return True
    if await _value(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"):
        return False
    await _execute(server, f"DROP DATABASE {url.database}", make)
    return True


async def _origin(server: URL, package: str) -> str:
    """The name of a database of this process with the tables, which is dropped at its end."""
    known = (_text(server), package)
    if known not in _databases:
        name = f"migrated_{uuid4().hex}"
        await _execute(server, f"CREATE DATABASE {name}")
        atexit.register(lambda: asyncio.run(_execute(server, f"DROP DATABASE {name} WITH (FORCE)")))
        await _migrate(_text(server.set(database=name)), package)
        _databases[known] = name
    return _databases[known]


async def _migrate(url: str, package: str) -> None:
    database = Database.open(url)
    await upgrade(database, package)
    await database.close()


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


async def _execute(server: URL, *statements: str) -> None:
    connection = await asyncpg.connect(_text(server))
    try:
        for each in statements:
            await connection.execute(each)
    finally:
        await connection.close()


async def _value(url: URL, question: str, *values: object) -> object:
    connection = await asyncpg.connect(_text(url))
    try:
        return await connection.fetchval(question, *values)
    finally:
        await connection.close()
