"""The desk of the office, one queue, and one task.

Invariant: to take a task, hand it over, put it off or mark it as done changes nothing but the desk.
"""

from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from isopolity.client import notify
from isopolity.client.notify.models import Resolution
from isopolity.portal.adapters.service_apis import NothingThere
from isopolity.portal.domain.desk import LONGEST_COMMENT, QUEUES, RIGHTS, Queue, Waiting
from isopolity.portal.entrypoints.http.admission import DESK, for_staff, require_right
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.office.desk import tasks
from isopolity.portal.entrypoints.http.office.desk.queues import queue, queues, today_of
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

_LISTED: Final = 30
_LONGEST: Final = 300
"""Characters of an id that is taken."""
_DECISIONS: Final = ("sent", "send-again")
"""Decisions about a mail that may or may not have gone out."""
FINISHED_HERE: Final = ("feedback", "unreached")
"""Queues whose tasks no service decides."""


@for_staff
async def desk(request: Request, account: Account) -> Response:
    """The tasks of the account, and all queues, each with its number, the oldest, and who has taken that."""
    found = await queues(request, account)
    own = [(each, task) for each in found for task in each.owned_by(account.account_id)]
    own.sort(key=lambda pair: (_due(*pair), pair[1].since))
    return page(request, "office/desk.html", queues=found, own=own, today=today_of(request))


def _due(found: Queue, task: Waiting) -> str:
    """The due day as it sorts; tasks without one come last."""
    day = found.entries[task.item].due
    return "9999" if day is None else day.isoformat()


@for_staff
async def one_queue(request: Request, account: Account) -> Response:
    """The tasks of one queue, the oldest first; POST takes, returns or finishes one."""
    name = _name(request)
    form = await PageForm.of(request)
    if form.was_sent:
        require_right(request, account, RIGHTS[name])
        if await form.done(_act(request, account, name, form), may_be_gone=True):
            return see_other(tasks.office_page(form["back"]) or f"{DESK}/queues/{name}")
    found = await queue(request, name)
    return page(
        request,
        "office/queue.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if form.is_gone else form.status,
        queue=found,
        right=RIGHTS[name],
        finished_here=FINISHED_HERE,
        items=found.items[:_LISTED],
        today=today_of(request),
        problem=form.sentence if form.is_refused else None,
    )


def _name(request: Request) -> str:
    """The queue that the address names. Raises NothingThere."""
    name = str(request.path_params["queue"])
    if name not in QUEUES:
        raise NothingThere(name)
    return name


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
        await book.give_back(name, item, now)
    elif do == "done":
        await book.finish(name, item, account, now)


@for_staff
async def one_task(request: Request, account: Account) -> Response:
    """What is noted of one task; POST changes it, and leads back to where the form was opened."""
    name, item = _name(request), str(request.path_params["item"])
    form = await PageForm.of(request, account, tasks.FIELDS)
    if form.was_sent:
        require_right(request, account, RIGHTS[name])
    found = await queue(request, name)
    task = next((each for each in (*found.items, *found.later) if each.item == item), None)
    if found.is_known and task is None:
        raise NothingThere(item)
    known, names = found.entries.get(item), await tasks.colleagues(request, account)
    back = form["back"] if form.was_sent else request.query_params.get("back", "")
    back = tasks.office_page(back) or f"{DESK}/queues/{name}"
    if form.was_sent and await form.done(tasks.plan(request, form, name, item, known, names)):
        return see_other(back)
    return form.page(
        request,
        "office/task.html",
        queue=found,
        task=task,
        item=item,
        right=RIGHTS[name],
        address=f"{DESK}/queues/{name}/{quote(item, safe='')}",
        back=back,
        names={**names, **({known.owner_id: known.owner} if known and known.owner_id else {})},
        filled=tasks.typed(known) if form.is_stale else form.filled(tasks.typed(known)),
        longest=LONGEST_COMMENT,
        today=today_of(request),
        scripts=("left.js",),
    )


routes = [
    Route(DESK, desk),
    Route(f"{DESK}/queues/{{queue}}", one_queue, methods=["GET", "POST"]),
    Route(f"{DESK}/queues/{{queue}}/{{item}}", one_task, methods=["GET", "POST"]),
]
