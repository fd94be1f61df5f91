"""Passkeys in memory, with the contract of the database's."""

from collections.abc import Collection, Sequence
from typing import Any

from isopolity.registry.domain.access.second_factor import Challenge, Passkey


class FakePasskeys:
    """A PasskeyRepository in dictionaries: passkeys by their ids, challenges by their digests."""

    def __init__(self, kept: dict[str, Any]) -> None:
        self._kept = kept

    async def keep_challenge(self, challenge: Challenge) -> None:
        self._kept[f"challenge:{challenge.digest}"] = challenge

    async def take_challenge(self, digest: str) -> Challenge | None:
        taken: Challenge | None = self._kept.pop(f"challenge:{digest}", None)
        return taken

    async def add(self, passkey: Passkey) -> bool:
        if await self.of_credential(passkey.credential_id) is not None:
            return False
        self._kept[passkey.passkey_id] = passkey
        return True

    async def of_credential(self, credential_id: str) -> Passkey | None:
        return next((one for one in self._all() if one.credential_id == credential_id), None)

    async def lock(self, passkey_id: str) -> Passkey | None:
        return next((one for one in self._all() if one.passkey_id == passkey_id), None)

    async def of_accounts(self, account_ids: Collection[str]) -> Sequence[Passkey]:
        return [one for one in self._all() if one.account_id in account_ids]

    async def save(self, passkey: Passkey) -> None:
        self._kept[passkey.passkey_id] = passkey

    async def remove(self, passkey_id: str) -> None:
        self._kept.pop(passkey_id, None)

    async def forget(self, account_id: str) -> None:
        for one in await self.of_accounts([account_id]):
            await self.remove(one.passkey_id)

    def _all(self) -> list[Passkey]:
        found = [one for one in self._kept.values() if isinstance(one, Passkey)]
        return sorted(found, key=lambda one: (one.added_at, one.passkey_id))
