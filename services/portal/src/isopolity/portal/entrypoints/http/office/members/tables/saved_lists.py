"""Lists of members that staff saved: saved under a name, renamed, shared with the office, deleted.

Invariant: a list that is not shared is its owner's own.
"""

from typing import Final

from isopolity.client import registry
from isopolity.client.registry.models import ListName, NewSavedList
from isopolity.portal.domain.member_columns import CHOICES
from isopolity.portal.entrypoints.http.admission import ENDORSE, PUBLISH, for_staff, require_right
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_there
from isopolity.portal.entrypoints.http.office.members.lists import PATH
from isopolity.portal.entrypoints.http.office.members.tables.table import saved_address
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, see_other

SAVED: Final = f"{PATH}/saved-lists"
_CHOICE: Final = "choice-"


@for_staff
async def saved_lists(request: Request, account: Account) -> Response:
    """Render the lists with a form for each; POST saves, changes or deletes one."""
    apis, form = apis_of(request), await PageForm.of(request, account)
    if form.was_sent:
        require_right(request, account, PUBLISH if account.may(PUBLISH) else ENDORSE)
        list_id, named = form["list_id"] or "-", {"name": form["name"], "shared": bool(form["shared"])}
        if form["do"] == "delete":
            await if_there(apis.send(registry.saved_lists.delete(list_id)))
            return see_other(f"{SAVED}?done=deleted")
        if form["do"] == "change":
            if await form.done(apis.send(registry.saved_lists.change(list_id, ListName.unchecked(named)))):
                return see_other(f"{SAVED}?done=changed")
        else:
            choices = {name: form[f"{_CHOICE}{name}"] for name in CHOICES if form[f"{_CHOICE}{name}"]}
            wanted = NewSavedList.unchecked({**named, "choices": choices})
            saved = await form.answer(apis.send(registry.saved_lists.create(wanted)))
            if saved is not None:
                return see_other(saved_address(saved))
    found = await apis.send(registry.saved_lists.list())
    return form.page(
        request,
        "office/members/saved-lists.html",
        saved=[(each, saved_address(each)) for each in found.items],
        done=request.query_params.get("done", ""),
    )


routes = [Route(SAVED, saved_lists, methods=["GET", "POST"])]
