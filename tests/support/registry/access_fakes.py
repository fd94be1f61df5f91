"""Sign-ins, sessions and the office in memory. They pass the same contract as those on a database."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.access.session import Session, SignIn
from isopolity.registry.domain.errors import ConcurrentChange


class FakeSignIns:
    """Sign-ins in a dictionary."""

    def __init__(self, kept: dict[str, SignIn]) -> None:
        self._kept = kept

    async def add(self, sign_in: SignIn) -> None:
        self._kept[sign_in.sign_in_id] = sign_in

    async def save(self, sign_in: SignIn) -> None:
        self._kept[sign_in.sign_in_id] = sign_in

    async def of_address(self, address: str, since: datetime) -> Sequence[SignIn]:
        return [one for one in self._kept.values() if one.address == address and one.requested_at > since]

    async def mailed(self, address: str, now: datetime) -> Sequence[SignIn]:
        return [one for one in self._kept.values() if one.address == address and one.issued_at and one.lets_in(now)]

    async def address_of(self, sign_in_id: str) -> str | None:
        return self._kept[sign_in_id].address if sign_in_id in self._kept else None

    async def by_secret(self, digest: str) -> SignIn | None:
        return next((one for one in self._kept.values() if one.secret_digest == digest), None)

    async def spend(self, sign_in_id: str) -> bool:
        kept = self._kept.get(sign_in_id)
        if kept is None or kept.secret_digest is None:
            return False
        self._kept[sign_in_id] = replace(kept, secret_digest=None)
        return True

    async def forget(self, address: str) -> None:
        for one in [each for each in self._kept.values() if each.address == address]:
            del self._kept[one.sign_in_id]

    async def forget_all(self) -> None:
        self._kept.clear()


class FakeKnownBrowsers:
    """Known browsers in a dictionary, by digest and account."""

    def __init__(self, kept: dict[tuple[str, str], datetime]) -> None:
        self._kept = kept

    async def has(self, digest: str) -> bool:
        return any(each == digest for each, _ in self._kept)

    async def keep(self, digest: str, account_ids: Collection[str], now: datetime) -> None:
        self._kept |= {(digest, account_id): now for account_id in account_ids}

    async def forget(self, account_ids: Collection[str], but: str | None = None) -> None:
        for digest, account_id in list(self._kept):
            if account_id in account_ids and digest != but:
                del self._kept[digest, account_id]

    async def forget_all(self) -> None:
        self._kept.clear()


class FakeSessions:
    """Sessions in a dictionary."""

    def __init__(self, kept: dict[str, Session]) -> None:
        self._kept = kept

    async def add(self, session: Session) -> None:
        self._kept[session.session_id] = session

    async def save(self, session: Session) -> None:
        self._kept[session.session_id] = session

    async def by_family(self, digest: str) -> Session | None:
        return next((one for one in self._kept.values() if one.family_digest == digest), None)

    async def lock(self, session_id: str) -> Session | None:
        return self._kept.get(session_id)

    async def of_accounts(self, account_ids: Collection[str]) -> Sequence[Session]:
        return [one for one in self._kept.values() if one.account_id in account_ids]

    async def end(self, session_id: str) -> Sequence[str]:
        return self._end(lambda one: one.session_id == session_id)

    async def end_of_account(self, account_id: str) -> Sequence[str]:
        return self._end(lambda one: one.account_id == account_id)

    async def end_of_member(self, member_id: str) -> Sequence[str]:
        return self._end(lambda one: one.member_id == member_id)

    async def end_all(self) -> Sequence[str]:
        return self._end(lambda _: True)

    def _end(self, which: Callable[[Session], bool]) -> Sequence[str]:
        ended = sorted(one.session_id for one in self._kept.values() if which(one))
        for session_id in ended:
            del self._kept[session_id]
        return ended


class FakeOffice:
    """Staff and operators in a dictionary."""

    def __init__(self, kept: dict[str, OfficePerson]) -> None:
        self._kept = kept

    async def all(self) -> Sequence[OfficePerson]:
        return [self._kept[person_id] for person_id in sorted(self._kept)]

    async def lock(self) -> None:
        """One transaction at a time has it anyway."""

    async def get(self, person_id: str, *, locked: bool = True) -> OfficePerson | None:
        return self._kept.get(person_id)

    async def by_address(self, address: str, *, locked: bool = True) -> OfficePerson | None:
        return next((one for one in self._kept.values() if one.address == address), None)

    async def put(self, person: OfficePerson) -> None:
        if any(one.address == person.address and one.person_id != person.person_id for one in self._kept.values()):
            raise ConcurrentChange("taken")
        self._kept[person.person_id] = person

    async def remove(self, person_id: str) -> None:
        del self._kept[person_id]
