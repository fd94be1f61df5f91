"""Sessions go on, change their account, and end.

Invariant: a refresh token is sent for one request: what renews a session holds it alone, since registry ends a session
of which an earlier token comes back. A request whose answer was lost is sent again as the same one, by any instance.
A session that gets other rights gets another secret: a cookie that somebody planted, or read before, is worth nothing
from then on. Sessions that ended at registry are named by its opaque ids, and forgotten here without any cookie.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from isopolity.portal.application.ports import KeptIds, KeptSession, SessionIssuer, SessionStore
from isopolity.portal.domain.session import Moved, NewApp, Session

Answer = TypeVar("Answer")
HasEnded = Callable[[str], Awaitable[bool]]
"""Whether registry has ended the session with this id."""


async def current(secret: str, now: datetime, store: SessionStore, issuer: SessionIssuer) -> Session | None:
    """The session with an access token that counts, renewed if need be; None where it has ended."""
    session = await store.read(secret)
    if session is None or not (session.is_over(now) or session.needs_renewal(now)):
        return session
    async with store.changing(secret) as kept:
        if kept is None:
            return None
        if kept.session.is_over(now):
            await kept.remove()
            return None
        if not kept.session.needs_renewal(now):  # somebody else has renewed it meanwhile
            return kept.session
        renewed = await issuer.refresh(kept.session, key=_key_of(secret, kept))
        await (kept.remove() if renewed is None else kept.save(renewed))
        return renewed


async def choose(secret: str, account_id: str, store: SessionStore, issuer: SessionIssuer) -> Moved | None:
    """The session, from now on for this account of its holder; None where it has ended or the account is not one."""
    async with store.changing(secret) as kept:
        if kept is None or account_id not in {account.account_id for account in kept.session.accounts}:
            return None
        return await _moved(kept, await issuer.refresh(kept.session, account_id, key=_key_of(secret, kept, account_id)))


async def speak(secret: str, language: str, store: SessionStore) -> None:
    """Note that registry keeps this language with the session's account from now on."""
    async with store.changing(secret) as kept:
        if kept is not None:
            await kept.save(kept.session.speaking(language))


async def enrol(secret: str, code: str, store: SessionStore, issuer: SessionIssuer) -> NewApp | None:
    """A new secret for the app of the session's holder, for the enrolment code; None where the session has ended.

    Raises NotAllowed for another code.
    """
    return await _unless_ended(secret, store, lambda kept: issuer.enrol(kept.session, code))


async def pass_with_code(secret: str, code: str, store: SessionStore, issuer: SessionIssuer) -> Moved | None:
    """The session, from now on as staff; None where it has ended. Raises NotAllowed for a code that does not count."""
    async with store.changing(secret) as kept:
        if kept is None:
            return None
        return await _moved(kept, await issuer.pass_with_code(kept.session, code, key=_key_of(secret, kept, code)))


async def ask_to_enrol_passkey(secret: str, code: str, store: SessionStore, issuer: SessionIssuer) -> str | None:
    """Options by which a browser has a passkey made, for the enrolment code; None where the session has ended.

    Raises NotAllowed for another code.
    """
    return await _unless_ended(secret, store, lambda kept: issuer.ask_to_enrol_passkey(kept.session, code))


async def enrol_passkey(
    secret: str, credential: str, name: str, store: SessionStore, issuer: SessionIssuer
) -> Moved | None:
    """The session, from now on as staff; None where it has ended, or the passkey does not count."""
    async with store.changing(secret) as kept:
        if kept is None:
            return None
        key = _key_of(secret, kept, credential, name)
        return await _moved(kept, await issuer.enrol_passkey(kept.session, credential, name, key=key))


async def _unless_ended(
    secret: str, store: SessionStore, ask: Callable[[KeptSession], Awaitable[Answer | None]]
) -> Answer | None:
    """Registry's answer for the session; None if it has ended, and then its record here is removed."""
    async with store.changing(secret) as kept:
        answer = None if kept is None else await ask(kept)
        if kept is not None and answer is None:
            await kept.remove()
    return answer


def _key_of(secret: str, kept: KeptSession, *asked: str) -> str:
    """The key of a request that renews a session, the same whenever it is sent again; registry gets its digest.

    Nobody makes it from an earlier refresh token alone: it takes the secret in the visitor's cookie.
    """
    return "\n".join((secret, kept.session.refresh_token, *asked))


async def _moved(kept: KeptSession, session: Session | None) -> Moved | None:
    if session is None:
        await kept.remove()
        return None
    return Moved(session=session, secret=await kept.move(session))


async def forget(secret: str, store: SessionStore) -> None:
    """Forget the session here: registry has ended it."""
    async with store.changing(secret) as kept:
        if kept is not None:
            await kept.remove()


async def end(secret: str, store: SessionStore, issuer: SessionIssuer) -> None:
    """Forget the session here, and end it at registry; here first, so that signing out never fails."""
    async with store.changing(secret) as kept:
        if kept is not None:
            await kept.remove()
    if kept is not None:
        await issuer.end(kept.session)


async def forget_ended(kept: KeptIds, has_ended: HasEnded) -> int:
    """Delete the sessions that ended; returns how many."""
    ended = [session_id for session_id in await kept.kept_ids() if await has_ended(session_id)]
    if ended:
        await kept.forget(ended)
    return len(ended)
