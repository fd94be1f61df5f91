"""A network in one process has its keys in its folder, and takes over those of the release before by itself."""

from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx
import jwt
import pytest

from isopolity.command.client.credentials import token_for
from isopolity.command.data_folder import ensure_network_keys
from isopolity.command.hosting.network import open_network
from isopolity.contracts.event_types import SERVICES
from isopolity.machine.clock import system_clock
from isopolity.web.issuer_tokens import SharedSecretTokens
from tests.support.shared.migrated import filled_with_tables

NAMES: Final = (*SERVICES, "portal")
URL: Final = "http://network.example"
BEFORE: Final = "b" * 64


@pytest.fixture(autouse=True)
def _no_keys_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REGISTRY_KEYS", "COMMAND_KEY", "TOKEN_KEYS", "PUBLIC_KEYS", "NOTIFY_KEY", "LINK_KEYS"):
        monkeypatch.delenv(f"ISOPOLITY_{name}", raising=False)


async def statuses(folder: Path, token: str | None) -> list[int]:
    """What each service answers to an operator with this token."""
    keys = ensure_network_keys(folder, timedelta(days=30))
    async with open_network(folder, URL, keys, mail_box_key="m" * 32, demo=False) as network:
        transport = httpx.ASGITransport(network.app)
        headers = {"Authorization": f"Bearer {token or command_token(folder)}"}
        async with httpx.AsyncClient(transport=transport, base_url=URL, headers=headers) as client:
            return [(await client.get(f"/{name}/v1/status")).status_code for name in NAMES]


def command_token(folder: Path) -> str:
    """A token as a subcommand signs it, in another process."""
    token = token_for(["operator"], token=None, data=folder)
    assert token is not None
    return token


async def test_the_command_is_admitted_by_its_own_key_and_tokens_from_before_go_on(tmp_path: Path) -> None:
    for name in NAMES:
        await filled_with_tables(f"sqlite+aiosqlite:///{tmp_path / name}.db", f"isopolity.{name}")
    (tmp_path / "token.keys").write_text(f"{BEFORE}\n", encoding="ascii")
    from_before = SharedSecretTokens([BEFORE], system_clock).issue("mia", ["operator"], lifetime=timedelta(days=1))
    assert await statuses(tmp_path, from_before) == [200] * len(NAMES)
    assert jwt.get_unverified_header(command_token(tmp_path))["kid"].startswith("command.")
    assert await statuses(tmp_path, None) == [200] * len(NAMES)
    (tmp_path / "token.keys").unlink()
    assert await statuses(tmp_path, from_before) == [401] * len(NAMES)
    assert await statuses(tmp_path, None) == [200] * len(NAMES)
