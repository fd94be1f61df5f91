"""The queues of the desk: the tasks of each source with what staff notes of them.

Invariant: each queue is read by itself, so that a service that is away hides no other queue. What staff notes of a task
is deleted once its service lists the task no more.
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Final

from isopolity.client import registry
from isopolity.machine.clock import day_in
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.domain.desk import QUEUES, READ_WITH_RIGHT, RIGHTS, Queue, queue_of
from isopolity.portal.entrypoints.http.forms.page_form import if_answered
from isopolity.portal.entrypoints.http.office.desk.sources import MOST, SOURCES
from isopolity.portal.entrypoints.http.pages import Account, Request, apis_of, surroundings_of

_KEPT: Final = timedelta(hours=1)
"""How long a note stays though its task is not listed: the task may be newer than the list."""


def today_of(request: Request) -> date:
    """The day that it is in the time zone of the office."""
    surroundings = surroundings_of(request)
    return day_in(surroundings.clock(), surroundings.office.time_zone)


async def queue(request: Request, name: str) -> Queue:
    """One queue; where its service does not answer, it is empty and says so."""
    apis, surroundings = apis_of(request), surroundings_of(request)
    answer = await if_answered(SOURCES[name](apis))
    if answer is None:
        return Queue(name=name, entries={}, is_known=False)
    now, (found, has_more) = surroundings.clock(), answer
    found = [each for each in found if each.until is None or each.until > now]
    listed = [each.item for each in found]
    if not has_more and (gone := await surroundings.desk.absent(name, listed, now - _KEPT)):
        gone = await _without_returning(apis, name, gone)
        await surroundings.desk.forget(name, gone)
    entries = await surroundings.desk.entries(name, listed)
    return queue_of(name, found, entries, today_of(request), has_more=has_more)


async def _without_returning(apis: ServiceApis, name: str, gone: Collection[str]) -> Collection[str]:
    """The tasks that are gone, without applications that come back once their applicant has answered."""
    if name != "applications":
        return gone
    asked = await if_answered(apis.send(registry.applications.list(status="asked", limit=MOST)))
    return () if asked is None or asked.next else set(gone) - {each.application_id for each in asked.items}


async def queues(request: Request, account: Account) -> Sequence[Queue]:
    """All queues that the account may read, in the order of the desk."""
    names = [name for name in QUEUES if name not in READ_WITH_RIGHT or account.may(RIGHTS[name])]
    return await asyncio.gather(*(queue(request, name) for name in names))
