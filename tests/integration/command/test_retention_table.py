"""The periods in `isopolity doctor`: as they are set, and the rows that nothing deletes."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from isopolity.command.offline.retention_table import periods
from isopolity.machine.clock import system_clock
from isopolity.matching.settings import MatchingSettings
from isopolity.notify.settings import NotifySettings
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from isopolity.portal.settings import PortalSettings
from isopolity.registry.adapters.sql.tables import idempotency
from isopolity.registry.settings import RegistrySettings

KEYS = "registry: receipts kept for a repeated request (idempotency keys)"


async def told(folder: Path) -> dict[str, tuple[bool, str]]:
    """The sentence of each kind."""
    settings = {
        "registry": RegistrySettings(data=folder, withdrawn_member_days=40),
        "matching": MatchingSettings(data=folder),
        "notify": NotifySettings(data=folder),
        "portal": PortalSettings(data=folder),
    }
    return {subject: (fine, detail) async for subject, fine, detail in periods(settings, folder)}


async def test_each_kind_is_shown_with_its_period_and_what_is_overdue_is_found(tmp_path: Path) -> None:
    found = await told(tmp_path)
    cities = "40 days from withdrawal (ISOPOLITY_WITHDRAWN_MEMBER_DAYS)"
    assert found["registry: withdrawn cities"] == (True, cities)
    assert found[KEYS] == (True, "2 days from the request")
    database = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}")
    await upgrade(database, "isopolity.registry")
    now, same = system_clock(), {"caller": "a", "fingerprint": "f"}
    rows = [
        same | {"idempotency_key": str(days), "created_at": now - timedelta(days=days)}
        for days in (1, 2.5, 3.5)  # the second is due, and the service has a day for it
    ]
    async with database.writing() as connection:
        await connection.execute(insert(idempotency), rows)
        await connection.commit()
    await database.close()
    fine, detail = (await told(tmp_path))[KEYS]
    assert not fine
    assert detail.startswith("2 days from the request; 1 are overdue")
