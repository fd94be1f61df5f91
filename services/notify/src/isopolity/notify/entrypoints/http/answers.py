"""The answer page: GET shows the proposal and changes nothing, since scanners follow links; POST records the answer.

The token in the path is the capability: whoever has it may answer, no cookie is set or read, and so there is nothing
that another site could ride on.
"""

from collections.abc import Awaitable
from datetime import date

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.exc import SQLAlchemyError

from isopolity.notify.application.answers import Answering, Reply
from isopolity.notify.domain.answer import Choice
from isopolity.notify.domain.errors import (
    AlreadyAnswered,
    AnswerInvalid,
    LinkEnded,
    LinkRefused,
    ProposalSettled,
    UnknownProposal,
)
from isopolity.notify.entrypoints.http.html_pages import AnswerPages, stylesheet
from isopolity.persistence.database import is_unavailable


def answer_router(answering: Answering) -> APIRouter:
    """The routes under `/notify/answer`."""
    router = APIRouter(prefix="/notify", include_in_schema=False)

    @router.get("/look.css")
    async def look() -> Response:
        return Response(stylesheet(), media_type="text/css", headers={"Cache-Control": "public, max-age=86400"})

    @router.get("/answer/{token}")
    async def show(token: str, request: Request, choice: str = "") -> Response:
        pages = AnswerPages(request)
        return await _page(pages, _shown(pages, answering, token, choice))

    @router.post("/answer/{token}")
    async def take(token: str, request: Request) -> Response:
        pages = AnswerPages(request)
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        return await _page(pages, _taken(pages, answering, token, form))

    return router


async def _page(pages: AnswerPages, page: Awaitable[Response]) -> Response:
    """The page, or a friendly one where the link leads nowhere or the database is away."""
    try:
        return await page
    except (LinkRefused, UnknownProposal):
        return pages.refused()
    except LinkEnded:
        return pages.ended()
    except SQLAlchemyError as error:
        if not is_unavailable(error):
            raise
        return pages.away()


async def _taken(pages: AnswerPages, answering: Answering, token: str, form: dict[str, str]) -> Response:
    try:
        await answering.answer(token, _reply(form))
    except ProposalSettled:
        return pages.settled(await answering.look(token))
    except (AlreadyAnswered, AnswerInvalid) as problem:
        return await _again(pages, answering, token, form, problem)
    return RedirectResponse(f"./{token}", 303)


async def _shown(pages: AnswerPages, answering: Answering, token: str, choice: str) -> Response:
    invitation = await answering.look(token)
    if not invitation.takes_answers:
        return pages.settled(invitation)
    return pages.invitation(invitation, answering.clock(), chosen=choice)


async def _again(
    pages: AnswerPages, answering: Answering, token: str, form: dict[str, str], problem: Exception
) -> HTMLResponse:
    invitation = await answering.look(token)
    status = 409 if isinstance(problem, AlreadyAnswered) else 422
    filled = {name: form.get(name, "") for name in ("pending_until", "reason")}
    return pages.invitation(
        invitation, answering.clock(), chosen=form.get("choice", ""), status=status, problem=str(problem), **filled
    )


def _reply(form: dict[str, str]) -> Reply:
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
