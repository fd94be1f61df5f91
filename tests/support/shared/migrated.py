"""Databases with a service's tables; on SQLite they are migrated once a process, and then copied."""

from pathlib import Path
from tempfile import TemporaryDirectory

from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade

SQLITE = "sqlite+aiosqlite:///"
_templates: dict[str, bytes] = {}


async def open_migrated(url: str, package: str) -> Database:
    """The database at `url`, open, with the tables of `package`, such as `isopolity.registry`; it may have them."""
    filled = await filled_with_tables(url, package)
    database = Database.open(url)
    if not filled:
        await upgrade(database, package)
    return database


async def filled_with_tables(url: str, package: str) -> bool:
    """Whether `url` is a file of SQLite that was not there, and there is one with the tables of `package` now."""
    return url.startswith(SQLITE) and _filled(Path(url.removeprefix(SQLITE)), await _template(package))


def _filled(file: Path, content: bytes) -> bool:
    """Whether there was no such file, and there is one now."""
    if file.exists():
        return False
    file.write_bytes(content)
    return True


async def _template(package: str) -> bytes:
    if package not in _templates:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "migrated.db"
            database = Database.open(f"{SQLITE}{file}")
            await upgrade(database, package)
            await database.close()
            _templates[package] = _content(file)
    return _templates[package]


def _content(file: Path) -> bytes:
    return file.read_bytes()
