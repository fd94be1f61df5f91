"""What a page asks the services for and can do without."""

from collections.abc import Awaitable
from typing import TypeVar

from isopolity.portal.adapters.service_apis import (
    NotAllowed,
    NotForThisVisitor,
    NothingThere,
    ServiceAway,
)

Answer = TypeVar("Answer")


async def unless(asked: Awaitable[Answer], *errors: type[Exception]) -> Answer | None:
    """The answer; None where it is one of these errors. NotForThisVisitor passes unless it is named itself."""
    try:
        return await asked
    except NotForThisVisitor:
        if NotForThisVisitor not in errors:
            raise
        return None
    except errors:
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


async def if_known(asked: Awaitable[Answer]) -> Answer | None:
    """The answer; None where the service is away, does not know of it, or does not take the question."""
    return await unless(asked, NothingThere, NotAllowed, ServiceAway)


async def if_answered(asked: Awaitable[Answer]) -> Answer | None:
    """The answer as for `if_known`; None also where it is not for this visitor."""
    return await unless(asked, NothingThere, NotAllowed, NotForThisVisitor, ServiceAway)
