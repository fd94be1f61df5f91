"""Every table has a period or a stated reason to stay, and docs/privacy.md tells what the code does."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from isopolity.command.offline.retention_table import KINDS, how_long
from isopolity.configuration.settings import Settings
from isopolity.matching.adapters.sql import retention as matching
from isopolity.matching.adapters.sql import tables as matching_tables
from isopolity.matching.settings import MatchingSettings
from isopolity.notify.adapters.sql import retention as notify
from isopolity.notify.adapters.sql import tables as notify_tables
from isopolity.notify.settings import NotifySettings
from isopolity.persistence.database import Database
from isopolity.persistence.retention import Forget
from isopolity.portal.adapters.sql import retention as portal
from isopolity.portal.adapters.sql.tables import metadata as PORTAL  # noqa: N812  # as that of registry
from isopolity.portal.settings import PortalSettings
from isopolity.registry.adapters.sql import retention as registry
from isopolity.registry.adapters.sql.tables import metadata as REGISTRY  # noqa: N812  # a constant, like the other two
from isopolity.registry.settings import RegistrySettings
from tests.support.shared.relays import Moving, storage_of

PRIVACY = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
SETTINGS = {
    "registry": RegistrySettings(),
    "matching": MatchingSettings(),
    "notify": NotifySettings(),
    "portal": PortalSettings(),
}
TABLES = {
    "registry": REGISTRY,
    "matching": matching_tables.metadata,
    "notify": notify_tables.metadata,
    "portal": PORTAL,
}
UPKEEP = {"audit: who did what", "audit: from where", "samples of streams", "journal: events that were published"}
"""Kinds that upkeep or sampling deletes, in every service."""


def table(settings: Mapping[str, Settings]) -> str:
    """All kinds as a Markdown table, with their periods; `settings` has those of each service by name."""
    lines = ["| where | what | of people | how long |", "|---|---|---|---|"]
    for service, kinds in KINDS.items():
        for kept in kinds:
            period = how_long(kept, settings.get(service)).replace(f"({kept.variable})", f"(`{kept.variable}`)")
            lines.append(f"| {service}: {kept.where} | {kept.name} | {kept.personal} | {period} |")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("service", TABLES)
def test_every_table_has_a_period_or_a_reason_to_stay(service: str) -> None:
    stated = {each.name for kept in KINDS[service] for each in kept.tables}
    assert stated == set(TABLES[service].tables)


@pytest.mark.parametrize("service", KINDS)
def test_every_kind_has_either_a_period_or_a_reason(service: str) -> None:
    for kept in KINDS[service]:
        has_period = bool(kept.setting) or kept.days is not None
        assert has_period != bool(kept.stays), kept.name
        assert has_period == bool(kept.since), kept.name


@pytest.mark.parametrize("service", TABLES)
def test_every_period_is_carried_out(service: str) -> None:
    carried_out = set(forgetting(service)) | UPKEEP
    assert carried_out == {kept.name for kept in KINDS[service] if not kept.stays}


def forgetting(service: str) -> Mapping[str, Forget]:
    """The functions that let go of each kind of a service; nothing is opened by it."""
    storage = storage_of(Database.open("sqlite+aiosqlite:///nowhere.db"), matching_tables.messaging, Moving())
    if service == "notify":
        return notify.forgetting(storage, Path("mailbox"))
    if service == "portal":
        return portal.forgetting(storage)
    if service == "registry":
        return registry.forgetting(storage)
    return matching.forgetting(storage)


def test_the_documents_table_is_that_of_the_code() -> None:
    assert table(SETTINGS) in PRIVACY


@pytest.mark.parametrize(
    ("kind", "setting", "value"),
    [
        (RegistrySettings, "withdrawn_member_days", 29),
        (RegistrySettings, "closed_request_days", 29),
        (RegistrySettings, "ended_twinning_days", 29),
        (NotifySettings, "mail_days", 119),
        (MatchingSettings, "settled_proposal_days", 364),
        (MatchingSettings, "ended_partnership_days", 364),
    ],
)
def test_a_period_below_what_is_still_needed_is_refused(kind: type, setting: str, value: int) -> None:
    with pytest.raises(ValueError, match=setting if value != 364 else "ISOPOLITY_FREEZE_DAYS"):
        kind(**{setting: value})
    assert getattr(kind(**{setting: value + 1}), setting) == value + 1
