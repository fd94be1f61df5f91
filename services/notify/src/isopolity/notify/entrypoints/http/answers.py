"""`/notify/answer`, the answer page and the page that confirms a yes by telephone, and `/notify/confirm`, where an
applicant confirms an address. GET shows a page and changes nothing, since scanners follow links; POST records the
answer, or confirms.

Invariant: the token or secret in the path is the capability: its holder may answer. No cookie is set or read, so
cross-site requests gain nothing. A secret is passed to registry in a body and is never logged.
"""

from collections.abc import Awaitable, Mapping
from datetime import date

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.exc import SQLAlchemyError

from isopolity.contracts.answers import Choice
from isopolity.notify.application.answers import ByLink, Invitation, Reply, give_answer, show_invitation
from isopolity.notify.application.introductions import agreement
from isopolity.notify.application.ports import AnswerLink
from isopolity.notify.application.telephone import ByCall, confirm_call, find_call
from isopolity.notify.domain.errors import (
    AlreadyAnswered,
    AnswerInvalid,
    ApproverMissing,
    LinkEnded,
    LinkRefused,
    ProposalSettled,
    RegistryAway,
    UnknownProposal,
)
from isopolity.notify.entrypoints.http.context import Notify, NotifyContext
from isopolity.notify.entrypoints.http.html_pages import AWAY, AnswerPages, ConfirmationPages, stylesheet
from isopolity.persistence.database import is_unavailable
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/notify", include_in_schema=False)


@router.get("/look.css")
async def look() -> Response:
    """The stylesheet of all pages."""
    return Response(stylesheet(), media_type="text/css", headers={"Cache-Control": "public, max-age=86400"})


@router.get("/answer/{token}")
async def show(token: str, request: Request, notify: Notify, choice: str = "") -> Response:
    """The proposal, with the form while it takes answers; `choice` is selected in it."""
    pages = AnswerPages(request)
    link = _link(notify, token)
    if link is not None and link.confirms_call:
        return await _page(pages, _call_page(pages, notify, link))
    return await _page(pages, _invitation_page(pages, notify, token, choice))


@router.post("/answer/{token}")
async def take(token: str, request: Request, notify: Notify) -> Response:
    """Record the answer, and show the page again."""
    pages = AnswerPages(request)
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    link = _link(notify, token)
    if link is not None and link.confirms_call:
        return await _page(pages, _call_confirmed(pages, notify, link, token))
    return await _page(pages, _taken(pages, notify, token, form))


async def _page(pages: AnswerPages, page: Awaitable[Response]) -> Response:
    """The awaited page, or an explanation if the link is not valid or the database is away."""
    try:
        return await page
    except (LinkRefused, UnknownProposal):
        return pages.message("refused", 404)
    except LinkEnded:
        return pages.message("ended", 410)
    except SQLAlchemyError as error:
        if not is_unavailable(error):
            raise
        return pages.message("away", AWAY)


async def _invitation_page(pages: AnswerPages, notify: NotifyContext, token: str, choice: str) -> Response:
    invitation = await _invitation(notify, token)
    if not invitation.takes_answers:
        return await _settled(pages, notify, invitation)
    return pages.invitation(invitation, notify.clock(), chosen=choice)


async def _taken(pages: AnswerPages, notify: NotifyContext, token: str, form: Mapping[str, str]) -> Response:
    try:
        await _answer(notify, token, _reply(form))
    except ProposalSettled:
        return await _settled(pages, notify, await _invitation(notify, token))
    except (AlreadyAnswered, AnswerInvalid) as problem:
        return await _again(pages, notify, token, form, problem)
    return RedirectResponse(f"./{token}", 303)


def _link(notify: NotifyContext, token: str) -> AnswerLink | None:
    """The link; None where it is not valid."""
    try:
        return notify.links.read(token)
    except LinkRefused:
        return None


async def _call_page(
    pages: AnswerPages, notify: NotifyContext, link: AnswerLink, problem: Exception | None = None
) -> Response:
    """The page on which a contact confirms what somebody said by telephone; `problem` says why that was refused."""
    async with notify.reading() as uow:
        confirmation = await find_call(ByCall(link, notify.links), uow, notify.clock())
    invitation = confirmation.invitation
    if not invitation.takes_answers:
        return await _settled(pages, notify, invitation)
    if invitation.answer is not None and invitation.answer.final:
        return pages.invitation(invitation, notify.clock())
    return pages.call(confirmation, problem=str(problem or ""))


async def _call_confirmed(pages: AnswerPages, notify: NotifyContext, link: AnswerLink, token: str) -> Response:
    try:
        async with notify.unit_of_work() as uow:
            await confirm_call(ByCall(link, notify.links), uow, notify.ids)
            await uow.commit()
    except (ApproverMissing, ProposalSettled, AlreadyAnswered) as problem:
        return await _call_page(pages, notify, link, problem)
    return RedirectResponse(f"./{token}", 303)


async def _settled(pages: AnswerPages, notify: NotifyContext, invitation: Invitation) -> Response:
    """The page of a proposal that takes no answers; if both said yes, with the other side's contact."""
    if not invitation.proposal.agreed:
        return pages.settled(invitation, notify.clock())
    proposal_id, contact_id = invitation.proposal.proposal_id, invitation.responder.contact_id
    async with notify.reading() as uow:
        return pages.agreed(invitation, await agreement(proposal_id, invitation.side, contact_id, uow))


async def _again(
    pages: AnswerPages, notify: NotifyContext, token: str, form: Mapping[str, str], problem: Exception
) -> HTMLResponse:
    """The form as it was submitted, with the sentence that says what to change."""
    invitation = await _invitation(notify, token)
    status = 409 if isinstance(problem, AlreadyAnswered) else 422
    filled = {name: form.get(name, "") for name in ("pending_until", "reason")}
    return pages.invitation(
        invitation, notify.clock(), chosen=form.get("choice", ""), status=status, problem=str(problem), **filled
    )


async def _invitation(notify: NotifyContext, token: str) -> Invitation:
    way = ByLink(notify.links.read(token), notify.links)
    async with notify.reading() as uow:
        return await show_invitation(way, uow, notify.clock)


async def _answer(notify: NotifyContext, token: str, reply: Reply) -> None:
    way = ByLink(notify.links.read(token), notify.links)
    async with notify.unit_of_work() as uow:
        await give_answer(way, reply, uow, notify.ids)
        await uow.commit()


def _reply(form: Mapping[str, str]) -> Reply:
    try:
        choice = Choice(form.get("choice", ""))
    except ValueError:
        raise AnswerInvalid("Please choose one of the four answers.") from None
    return Reply(
        choice=choice, pending_until=_date(form.get("pending_until")), reason=form.get("reason", "").strip() or None
    )


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise AnswerInvalid("Please write the date as year-month-day, for instance 2027-03-31.") from None


@router.get("/confirm/{secret}")
async def show_confirmation(secret: str, request: Request) -> Response:
    """The page with its button; the secret is not looked at."""
    return ConfirmationPages(request).form()


@router.post("/confirm/{secret}")
async def confirm(secret: str, request: Request, notify: Notify) -> Response:
    """Confirm the address that the secret was mailed to."""
    pages = ConfirmationPages(request)
    try:
        is_confirmed = await notify.applicants.confirm(secret)
        return pages.result("confirmed") if is_confirmed else pages.result("ended", 410)
    except RegistryAway:
        return pages.result("away", AWAY)
