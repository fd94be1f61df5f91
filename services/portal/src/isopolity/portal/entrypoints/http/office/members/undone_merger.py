"""Staff undoes the merger of an entry that ended: what comes back, and what does not, stands on the page before.

Invariant: while matching does not answer, or something rests on the merger, the page has no button and says why.
"""

import asyncio

from isopolity.client import matching, registry
from isopolity.client.registry.models import UndoneMerger
from isopolity.portal.adapters.members import read_member
from isopolity.portal.entrypoints.http.admission import ENDORSE, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_answered, if_there
from isopolity.portal.entrypoints.http.known_members import KINDS
from isopolity.portal.entrypoints.http.office.members.member_page import (
    ask_for_tick,
    back_to_member,
    member_of,
    routes_below,
)
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, apis_of


@for_staff_to(ENDORSE)
async def undo(request: Request, account: Account) -> Response:
    """Render what comes back if the merger is undone, or why it cannot be; POST undoes it."""
    apis, (folder, duplicate_id) = apis_of(request), member_of(request)
    form = await PageForm.of(request, account)
    duplicate, merger = await asyncio.gather(
        read_member(apis, KINDS[folder], duplicate_id), if_there(apis.send(registry.mergers.read(duplicate_id)))
    )
    returning = None
    if merger is not None:
        returning = await if_answered(
            apis.send(
                matching.members.undone_merger(merger.member_id, duplicate_id=duplicate_id, since=merger.merged_at)
            )
        )
    is_free = merger is not None and merger.obstacle is None and returning is not None and returning.obstacle is None
    if form.was_sent and is_free:
        if not form["sure"]:
            ask_for_tick(request, form)
        elif await form.done(apis.send(registry.mergers.undo(duplicate_id, UndoneMerger(confirmed=True)))):
            return back_to_member(request, "parted")
    return form.page(
        request,
        "office/members/undone-merger.html",
        folder=folder,
        member_id=duplicate_id,
        member=duplicate,
        kept=None if merger is None else await read_member(apis, KINDS[folder], merger.member_id),
        merger=merger,
        returning=returning,
        is_free=is_free,
    )


routes = routes_below("undo-merger", undo)
