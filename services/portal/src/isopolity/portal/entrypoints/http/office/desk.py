"""The desk of the network's office: its tasks, since when each waits, and the person of staff who has taken it.

Invariant: to take a thing, to give it back and to have done it changes nothing but the desk.
"""

from http import HTTPStatus
from typing import Final

from isopolity.client import notify
from isopolity.client.notify.models import Resolution
from isopolity.portal.adapters.service_apis import NothingThere
from isopolity.portal.domain.desk import QUEUES, RIGHTS
from isopolity.portal.entrypoints.http.admission import DESK, for_staff, require_right
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.office.queues import queue, queues
from isopolity.portal.entrypoints.http.pages import (
    Account,
    Request,
    Response,
    Route,
    apis_of,
    page,
    see_other,
    surroundings_of,
)

_SHOWN: Final = 30
_LONGEST: Final = 300
"""Characters of an id that is taken."""
_DECISIONS: Final = ("sent", "send-again")
"""What can be decided about a mail of which it is unknown whether it went out."""


@for_staff
async def desk(request: Request, _account: Account) -> Response:
    """All queues, each with its number of tasks, the oldest, and the person who has taken that."""
    return page(request, "office/desk.html", queues=await queues(request))


@for_staff
async def one_queue(request: Request, account: Account) -> Response:
    """The tasks of one queue, the oldest first; POST takes, returns or finishes one."""
    name = request.path_params["queue"]
    if name not in QUEUES:
        raise NothingThere(name)
    form = await PageForm.of(request)
    if form.was_sent:
        require_right(request, account, RIGHTS[name])
        if await form.done(_act(request, account, name, form), may_be_gone=True):
            return see_other(f"{DESK}/queues/{name}")
    found = await queue(request, name)
    return page(
        request,
        "office/queue.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if form.is_gone else form.status,
        queue=found,
        right=RIGHTS[name],
        items=found.items[:_SHOWN],
        problem=form.sentence if form.is_refused else None,
    )


async def _act(request: Request, account: Account, name: str, form: PageForm) -> None:
    """Take, give back, finish; or decide about a mail. Raises NotAllowed, NothingThere."""
    book, now = surroundings_of(request).desk, surroundings_of(request).clock()
    item, do = form["item"], form["do"]
    if not item or len(item) > _LONGEST:
        raise NothingThere(item)
    if name == "unknown" and do in _DECISIONS:
        await apis_of(request).send(notify.mails.resolve(item, Resolution(as_=do)))
    elif do == "take":
        await book.take(name, item, account, now)
    elif do == "give-back":
        await book.give_back(name, item)
    elif do == "done":
        await book.finish(name, item, account, now)


routes = [Route(DESK, desk), Route(f"{DESK}/queues/{{queue}}", one_queue, methods=["GET", "POST"])]
