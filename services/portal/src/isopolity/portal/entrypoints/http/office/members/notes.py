"""Notes of the office about a member: read, written and deleted.

Invariant: the member never sees them, nor that there are any; they are no part of its file of data.
"""

import asyncio

from isopolity.client import registry
from isopolity.client.registry.models import NewOfficeNote
from isopolity.portal.adapters.members import read_member
from isopolity.portal.entrypoints.http.admission import ENDORSE, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_there
from isopolity.portal.entrypoints.http.known_members import KINDS, staff_names
from isopolity.portal.entrypoints.http.office.members.member_page import member_of, routes_below
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, apis_of, see_other


@for_staff_to(ENDORSE)
async def notes(request: Request, account: Account) -> Response:
    """Render all notes with a form for a new one; POST writes or deletes a note."""
    folder, member_id = member_of(request)
    apis, form = apis_of(request), await PageForm.of(request, account)
    if form.was_sent and form["do"] == "delete":
        await if_there(apis.send(registry.office_notes.delete(form["note_id"] or "-", member_id=member_id)))
        return see_other(f"{request.url.path}?done=deleted")
    if form.was_sent:
        wanted = NewOfficeNote(member_kind=KINDS[folder], member_id=member_id, text=form["text"])
        if await form.done(apis.send(registry.office_notes.create(wanted))):
            return see_other(f"{request.url.path}?done=written")
    member, found, people = await asyncio.gather(
        read_member(apis, KINDS[folder], member_id),
        apis.send(registry.office_notes.list(member_id=member_id)),
        staff_names(request),
    )
    return form.page(
        request,
        "office/members/notes.html",
        folder=folder,
        member_id=member_id,
        member=member,
        notes=found.items,
        people=people,
        done=request.query_params.get("done", ""),
        scripts=("left.js",),
    )


routes = routes_below("notes", notes)
