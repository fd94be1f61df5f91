"""`isopolity doctor`: stores that cannot be written, settings that nobody knows, and whether anything runs."""

import asyncio
import shutil
from pathlib import Path

import pytest
from sqlalchemy import insert

from isopolity.command.offline.doctor import Finding, diagnose
from isopolity.identity.addresses import address_key
from isopolity.registry.adapters.sql.tables import people
from tests.support.hosting.running_command import isopolity
from tests.support.servers.ports import free_port
from tests.support.shared.migrated import open_migrated
from tests.support.shared.storage import no_file_grows


def findings(data: Path) -> dict[str, Finding]:
    return {finding.subject: finding for finding in asyncio.run(diagnose(data))}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without settings of this machine."""
    for name in ("ISOPOLITY_TEST_KAFKA", "ISOPOLITY_URL"):
        monkeypatch.delenv(name, raising=False)


def test_nothing_runs_and_no_address_was_tried(tmp_path: Path, bare: None) -> None:
    found = findings(tmp_path)["running instance"]
    assert found.fine
    assert found.detail == f"nothing runs on {tmp_path}, so no address was tried; `isopolity up` starts it"


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}", "http://[::1"])
def test_address_that_does_not_answer_is_named(
    tmp_path: Path, bare: None, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    url = address.format(port=free_port())
    monkeypatch.setenv("ISOPOLITY_URL", url)
    found = findings(tmp_path)["running instance"]
    assert not found.fine
    assert found.detail == f"nothing answers at {url}, the address in ISOPOLITY_URL; start it, or correct the address"


def test_issuer_that_is_no_address_is_told(tmp_path: Path, bare: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISOPOLITY_OIDC_ISSUER", "http://[::1")
    found = findings(tmp_path)["OpenID Connect issuer"]
    assert not found.fine
    assert found.detail.endswith("; check the address")


def entered(data: Path, *emails: str) -> None:
    """People of the office with these addresses, whose ids count from 1."""

    async def enter() -> None:
        database = await open_migrated(f"sqlite+aiosqlite:///{data / 'registry.db'}", "isopolity.registry")
        rows = [
            {"id": str(number), "address": address_key(email), "name": "Mia", "email": email, "language": "en"}
            | {"scopes": "staff", "factor_confirmed": False, "factor_step": 0}
            for number, email in enumerate(emails, 1)
        ]
        async with database.writing() as connection:
            await connection.execute(insert(people), rows)
            await connection.commit()
        await database.close()

    asyncio.run(enter())


def test_accounts_whose_addresses_look_alike_are_named_by_their_ids(tmp_path: Path, bare: None) -> None:
    assert findings(tmp_path)["addresses of people"].fine
    entered(tmp_path, "mia@city.example", "mia@stra\u00dfe.example", "mia@strasse.example")
    found = findings(tmp_path)["addresses of people"]
    assert not found.fine
    assert found.detail == "person 2 and person 3 have addresses that look alike: check whose they are"


def test_accounts_of_mail_boxes_of_their_own_are_fine(tmp_path: Path, bare: None) -> None:
    entered(tmp_path, "mia@city.example", "mia@stra\u00dfe.example")
    assert findings(tmp_path)["addresses of people"].detail == "each mail box has accounts of its own"


def test_table_that_is_missing_is_named(tmp_path: Path, bare: None) -> None:
    async def drop() -> None:
        database = await open_migrated(f"sqlite+aiosqlite:///{tmp_path / 'notify.db'}", "isopolity.notify")
        async with database.writing() as connection:
            await connection.exec_driver_sql("DROP TABLE partnerships")
            await connection.commit()
        await database.close()

    asyncio.run(drop())
    found = findings(tmp_path)["notify database"]
    assert not found.fine
    assert "a table is missing, or its schema is closed to the role (partnerships)" in found.detail


@pytest.mark.slow
def test_stores_that_cannot_be_written_are_named(small_run: tuple[Path, object], tmp_path: Path, bare: None) -> None:
    data = Path(shutil.copytree(small_run[0], tmp_path / "data"))
    before = findings(data)
    with no_file_grows():
        found = findings(data)
    stores = ("data folder", "registry database", "matching database", "notify database", "portal database", "mail")
    assert all(before[store].fine for store in stores), before
    assert not any(found[store].fine for store in stores)
    assert f"{data / 'notify.db'} cannot be written, because" in found["notify database"].detail
    assert f"{data} cannot be written, because a quota or a limit" in found["data folder"].detail


def test_setting_that_nobody_knows_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    up = isopolity("up", "--data", str(tmp_path / "data"), ISOPOLITY_SMPT_HOST="mail.example")
    doctor = isopolity("doctor", "--data", str(tmp_path), COLUMNS="300", ISOPOLITY_SMPT_HOST="mail.example")
    told = "ISOPOLITY_SMPT_HOST is no setting; did you mean ISOPOLITY_SMTP_HOST?"
    assert (up.returncode, up.stderr.strip()) == (2, told)
    assert not (tmp_path / "data").exists()
    assert doctor.returncode == 1
    assert told in doctor.stdout


@pytest.mark.parametrize(
    ("url", "named", "fine", "detail"),
    [
        ("http://network.example", "", True, "none; a client's address is the one that connects"),
        ("https://network.example", "10.0.3.7,10.1.0.0/16", True, "2: 10.0.3.7/32, 10.1.0.0/16"),
        ("https://network.example", "", False, "name in ISOPOLITY_TRUSTED_PROXIES the proxy that ends TLS"),
    ],
)
def test_doctor_says_whose_word_on_addresses_counts(
    tmp_path: Path, bare: None, monkeypatch: pytest.MonkeyPatch, url: str, named: str, fine: bool, detail: str
) -> None:
    monkeypatch.setenv("ISOPOLITY_PUBLIC_URL", url)
    monkeypatch.setenv("ISOPOLITY_TRUSTED_PROXIES", named)
    found = findings(tmp_path)["trusted proxies"]
    assert found.fine == fine
    assert found.detail.startswith(detail)


def test_doctor_refuses_proxies_that_are_everybody(tmp_path: Path, bare: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISOPOLITY_TRUSTED_PROXIES", "0.0.0.0/0")
    found = findings(tmp_path)["ISOPOLITY_TRUSTED_PROXIES"]
    assert not found.fine
    assert "a network of everybody" in found.detail
