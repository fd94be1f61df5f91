"""What a page asks the services for and can do without."""

from collections.abc import Awaitable
from typing import Final, TypeVar

from isopolity.portal.adapters.service_apis import (
    AskedTooOften,
    NotAllowed,
    NotForThisVisitor,
    NothingThere,
    ServiceAway,
)

Answer = TypeVar("Answer")
ANY_REFUSAL: Final = (NotAllowed, NotForThisVisitor, AskedTooOften)


async def unless(asked: Awaitable[Answer], *errors: type[Exception]) -> Answer | None:
    """The answer; None where it is one of these errors, and no other: each kind of NotAllowed is named by itself."""
    try:
        return await asked
    except (NothingThere, NotAllowed, ServiceAway) as error:
        if type(error) not in errors:
            raise
        return None


async def behind_link(asked: Awaitable[Answer]) -> Answer | None:
    """The answer to the secret of a mailed link; None where the link has ended, or is none."""
    try:
        return await asked
    except NothingThere:
        return None
    except NotAllowed as refused:
        if "/secret" not in refused.fields:
            raise
        return None


async def if_there(asked: Awaitable[Answer]) -> Answer | None:
    """The answer; None where nothing is there."""
    return await unless(asked, NothingThere)
