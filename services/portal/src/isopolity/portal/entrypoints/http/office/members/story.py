"""All that is known of one member, and what staff does for it: a contact, a mail again.

Invariant: a service that is away hides what it alone knows, and nothing else. What staff does is staff's in the audit.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotAllowed, NothingThere, ServiceAway
from isopolity.portal.domain.interests import version_in
from isopolity.portal.domain.session import Account
from isopolity.portal.domain.steps.order import STEPS
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.office.admission import ENDORSE, MANAGE, PUBLISH, for_staff, require_right
from isopolity.portal.entrypoints.http.office.known_members import FOLDERS, members_of
from isopolity.portal.entrypoints.http.office.members.lists import PATH
from isopolity.portal.entrypoints.http.office.members.mail_recipients import mailed_first
from isopolity.portal.entrypoints.http.office.staff_names import staff_names
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422
KINDS: Final = {folder: kind for kind, folder in FOLDERS.items()}
_FIELDS: Final = ("name", "email", "role", "language")
_RIGHTS: Final = {"erase": MANAGE, "mail-again": PUBLISH, "nudge": PUBLISH}
"""What staff needs to do these; naming a contact needs the right to endorse."""
_POSTED: Final = {
    "mail-again": ("notify", "/mails/{mail_id}/mail-again", "mailed"),
    "endorse": ("registry", "/{folder}/{member_id}/endorse", "endorsed"),
    "ask-again": ("registry", "/contacts/{contact_id}/ask-again", "asked"),
}
"""What is posted with no more than a contact: to whom, and what was done then."""
_USUAL: Final = {"role": "coordinator", "language": "en"}
_SERVICES: Final = ("registry", "matching", "notify")
_WAITING: Final = ("issued", "answered")
"""Stages of a proposal in which a side can answer."""
_FINAL: Final = ("yes", "no")
_SHOWN: Final = "20"
_MAILS: Final = "100"


@for_staff
async def story(request: Request, account: Account) -> Response:
    """The member on one page; and what staff does for it."""
    if request.method == "GET":
        return await _shown(request, account, await typed_before(request, account))
    form = request.state.form
    filled = {name: form.get(name, "").strip() for name in _FIELDS if name in form}
    require_right(request, account, _RIGHTS.get(form.get("do", ""), ENDORSE))
    if form.get("do") == "erase" and not form.get("sure"):
        return await _shown(request, account, problems={"sure": ""}, to_erase=form.get("contact_id", ""))
    try:
        done = await _act(request, form, filled)
    except NotAllowed as refused:
        problems = {pointer.strip("/"): detail for pointer, detail in refused.fields.items()}
        if form.get("do") == "erase":
            to_erase = form.get("contact_id", "")
            return await _shown(request, account, problems=problems or {"": str(refused)}, to_erase=to_erase)
        if "reason" in problems:  # the address is a coordinator's, whom staff changes on a form that asks why
            problems = {"": problems["reason"]}
        return await _shown(request, account, filled, problems or {"": str(refused)})
    except ChangedMeanwhile:
        done = "newer"
    except NothingThere:  # a contact that is erased already: the form was sent again
        done = "erased" if form.get("do") == "erase" else "gone"
    return RedirectResponse(f"{request.url.path}?done={done}", _SEE_OTHER)


async def _act(request: Request, form: Mapping[str, str], filled: Mapping[str, str]) -> str:
    """Do what the form says; what was done. Raises NotAllowed, NothingThere."""
    apis, (folder, member_id), do = apis_of(request), member_of(request), form.get("do")
    if do == "erase":
        contact = await apis.get("registry", f"/contacts/{form.get('contact_id') or '-'}")
        if contact["member_id"] != member_id:
            raise NothingThere(member_id)
        reason = form.get("reason", "").strip()
        body = {"reason": reason} if reason else {}
        await apis.post("registry", f"/contacts/{contact['contact_id']}/erase", body)
        return "erased"
    if do in _POSTED:
        service, path, done = _POSTED[do]
        to = {"contact_id": form["contact_id"]} if form.get("contact_id") else None
        ids = {name: form.get(name) or "-" for name in ("mail_id", "contact_id")}
        path = path.format(folder=folder, member_id=member_id, **ids)
        await apis.post(service, path, to, version=version_in(form["version"]) if "version" in form else None)
        return done
    if do == "nudge":
        told = await apis.post("notify", "/nudges", {"member_ids": [member_id]})
        return next((name for name in ("nudged", "already") if told[name]), "not-nudged")
    await apis.post("registry", "/contacts", {"member_kind": KINDS[folder], "member_id": member_id, **filled})
    return "named"


async def _shown(
    request: Request,
    account: Account,
    filled: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    to_erase: str = "",
) -> Response:
    apis, (folder, member_id) = apis_of(request), member_of(request)
    member = await apis.get("registry", f"/{folder}/{member_id}")
    of_member = {"member_id": member_id}
    contacts, handovers, proposals, partnerships, ties, *told_acts = await asyncio.gather(
        apis.get("registry", "/contacts", of_member),
        _known(request, "registry", "/handovers", of_member),
        _known(request, "matching", "/proposals", {**of_member, "limit": _SHOWN}),
        _known(request, "matching", f"/members/{member_id}/partnerships", {"limit": _SHOWN}),
        _known(request, "registry", "/twinnings", {"city_id": member_id, "limit": _SHOWN}),
        *(_known(request, service, "/audit", {"member": member_id, "limit": _SHOWN}) for service in _SERVICES),
    )
    mails, tied, people = await asyncio.gather(
        _mails(request, member_id, contacts["items"], proposals),
        _tied(request, member_id, ties),
        staff_names(request, account),
    )
    acts = _acts(each for told in told_acts if told for each in told["items"])
    return page(
        request,
        "office/members/story.html",
        _UNPROCESSABLE if problems else 200,
        here="me",
        folder=folder,
        member_id=member_id,
        member=member,
        steps=list(STEPS[KINDS[folder]]),
        contacts=mailed_first(contacts["items"]),
        is_mailed=any(each.get("confirmed", True) for each in contacts["items"]),
        handover=next(iter(handovers["items"]), None) if handovers else None,
        proposals=None if proposals is None else proposals["items"],
        to_answer=_to_answer(member_id, proposals["items"]) if proposals else 0,
        partnerships=None if partnerships is None else partnerships["items"],
        ties=tied,
        mails=mails,
        people=people,
        acts=acts[: int(_SHOWN)],
        misses_acts=None in told_acts,
        filled={**_USUAL, **(filled or {})},
        is_typed=bool(filled),
        problems=problems or {},
        to_erase=to_erase,
        done=request.query_params.get("done", ""),
    )


async def _mails(request: Request, member_id: str, contacts: Sequence[Any], proposals: Any) -> Any:
    """The mails to these contacts, and those to former ones about these proposals; None where they are not known."""
    if proposals is None:
        return None
    asked = {
        "proposal_id": [each["proposal_id"] for each in proposals["items"]],
        "contact_id": [each["contact_id"] for each in contacts],
    }
    found = await asyncio.gather(
        *(_known(request, "notify", "/mails", {name: ids, "limit": _MAILS}) for name, ids in asked.items() if ids)
    )
    if None in found:
        return None
    its = {each["contact_id"] for each in contacts}
    mails = {each["mail_id"]: each for told in found for each in told["items"]}
    own = [each for each in mails.values() if each["member_id"] == member_id or each["contact_id"] in its]
    return sorted(own, key=lambda each: str(each["created_at"]), reverse=True)


def _to_answer(member_id: str, proposals: Sequence[Mapping[str, Any]]) -> int:
    """How many of these proposals wait for a final answer of the member."""
    waiting = (each["sides"] for each in proposals if each["stage"] in _WAITING)
    own = (side for sides in waiting for side in sides if side["member_id"] == member_id)
    return sum(side.get("answer") not in _FINAL for side in own)


def _acts(told: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The acts, the newest first. An act that changed several things has several entries, and stands here once."""
    newest = sorted(told, key=lambda each: str(each["at"]), reverse=True)
    return list(
        {(each["correlation_id"] or each["id"], each["action"], each["actor"]): each for each in newest}.values()
    )


async def _tied(request: Request, member_id: str, ties: Any) -> Any:
    """The cities that it is twinned with, and since when; None where they are not known now."""
    if ties is None:
        return None
    others = {
        each["city_b"] if each["city_a"] == member_id else each["city_a"]: each["since"] for each in ties["items"]
    }
    known = await members_of(apis_of(request), dict.fromkeys(others, "city"))
    names = {each.member_id: each.name for each in known.values()}
    return [{"city_id": each, "name": names.get(each, each), "since": since} for each, since in others.items()]


async def _known(request: Request, service: str, path: str, asked: Mapping[str, Any]) -> Any:
    """What the service tells; None where it is away, or does not tell."""
    try:
        return await apis_of(request).get(service, path, asked)
    except (ServiceAway, NotAllowed, NothingThere):
        return None


def member_of(request: Request) -> tuple[str, str]:
    """The folder of a member's kind, and its id."""
    folder = request.url.path.split("/")[3]
    return folder, str(request.path_params[f"{KINDS[folder]}_id"])


routes = [Route(f"{PATH}/{folder}/{{{kind}_id}}", story, methods=["GET", "POST"]) for folder, kind in KINDS.items()]
