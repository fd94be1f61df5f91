"""An answer that a member gives to staff by telephone: staff enters it, and reads what follows.

Invariant: the page shows nothing that depends on the other side, so that staff may read it out.
"""

from typing import Final

from isopolity.client import notify
from isopolity.client.notify.models import TelephoneAnswerOrder, TelephoneLine
from isopolity.portal.entrypoints.http.admission import ANSWER, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.office.desk.tasks import tasks_of
from isopolity.portal.entrypoints.http.office.members.member_page import member_of, routes_below
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, apis_of, see_other

_FIELDS: Final = ("choice", "given_by", "taken_by", "given_on", "seen")


@for_staff_to(ANSWER)
async def answer(request: Request, account: Account) -> Response:
    """Render the form and the last answer that staff entered; POST enters an answer, and leads back here."""
    form = await PageForm.of(request, account, _FIELDS)
    apis, (folder, member_id) = apis_of(request), member_of(request)
    proposal_id = str(request.path_params["proposal_id"])
    if form.was_sent:
        order = TelephoneAnswerOrder.unchecked({name: form[name] for name in _FIELDS})
        if await form.done(apis.send(notify.telephone_answers.create(proposal_id, member_id, order))):
            return see_other(f"{request.url.path}?done=1")
    line = await apis.send(notify.telephone_answers.read(proposal_id, member_id))
    item = f"{proposal_id}.{member_id}"
    return form.page(
        request,
        "office/members/telephone.html",
        folder=folder,
        member_id=member_id,
        line=line,
        on_desk=await tasks_of(request, "telephone", [item]),
        item=item,
        filled={**form.filled(_usual(line, account)), "seen": line.seen},
        is_done="done" in request.query_params,
    )


def _usual(line: TelephoneLine, account: Account) -> dict[str, str]:
    """The fields of a form that is opened first: the account took the call, on the latest day that can be stated."""
    return {"taken_by": account.name, "given_on": line.latest_day.isoformat()}


routes = routes_below("telephone/{proposal_id}", answer)
