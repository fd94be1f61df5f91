"""Finds accounts to look at, because their addresses look alike or are the same (ADR 0073).

Invariant: accounts are named by their ids; no name and no address is printed.
"""

from pathlib import Path
from typing import Final

from isopolity.command.failure import Failure
from isopolity.persistence.migrations import is_current
from isopolity.registry.adapters.sql.checks.lookalikes import lookalikes
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.connections import open_database

_NAMED: Final = 10
"""How many findings are named; the others are counted."""


async def check_addresses(settings: RegistrySettings, data: Path) -> str:
    """Say that each mail box has accounts of its own. Raises Failure, with what to do."""
    if settings.database_url.startswith("sqlite") and not (data / "registry.db").exists():
        return "nobody is entered yet"
    async with open_database(settings, settings.database_url) as database:
        if not await is_current(database, "isopolity.registry"):
            return "not looked at; the database is not migrated"
        async with database.reading() as connection:
            found = await lookalikes(connection)
    findings = [f"{' and '.join(each)} have addresses that look alike: check whose they are" for each in found.alike]
    findings += [f"{each} cannot sign in, as another has its mail box: erase one of them" for each in found.unreachable]
    if findings:
        more = f"; and {len(findings) - _NAMED} more" if len(findings) > _NAMED else ""
        raise Failure("; ".join(findings[:_NAMED]) + more)
    return "each mail box has accounts of its own"
