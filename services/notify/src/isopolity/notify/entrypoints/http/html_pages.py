"""Renders the pages behind links in mails: the answer page, the confirmation of an address, and their results."""

from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse

from isopolity.languages.offered import ENGLISH
from isopolity.machine.clock import day_in
from isopolity.notify.adapters.templates import asset, environment
from isopolity.notify.application.answers import Invitation
from isopolity.notify.application.introductions import Agreement
from isopolity.notify.application.telephone import Confirmation
from isopolity.notify.domain.proposal import MAX_REASON

AWAY: Final = 503
"""The status while the database or registry is away."""
_POLICY: Final = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def stylesheet() -> str:
    """The stylesheet: rules shared with mails, and rules for forms."""
    return f"{asset('look.css')}\n{asset('page/form.css')}"


class Pages:
    """Pages in English: the sentences of matching in them are English so far."""

    def __init__(self, _request: Request) -> None:
        self._language = ENGLISH

    def _page(self, name: str, status: int, **context: Any) -> HTMLResponse:
        version = blake2b(stylesheet().encode(), digest_size=4).hexdigest()
        template = environment(self._language).get_template(f"page/{name}.html")
        html = template.render(context, language=self._language, stylesheet=f"../look.css?{version}")
        headers = {"Content-Security-Policy": _POLICY, "X-Robots-Tag": "noindex, nofollow"}
        return HTMLResponse(html, status, headers=headers | ({"Retry-After": "60"} if status == AWAY else {}))


class AnswerPages(Pages):
    """The answer page, and the pages that replace it when no answer can be given."""

    def invitation(
        self, invitation: Invitation, now: datetime, *, chosen: str = "", status: int = 200, **filled: str
    ) -> HTMLResponse:
        """The proposal and, while it may be answered, the form; `filled` holds the submitted values after a problem."""
        final = invitation.answer is not None and invitation.answer.final
        return self._page(
            "answer",
            status,
            **_subject(invitation),
            answer=invitation.answer,
            open=invitation.takes_answers and not final,
            chosen=chosen,
            is_out=not invitation.proposal.settled,
            earliest=day_in(now, invitation.side.time_zone).isoformat(),
            latest=invitation.proposal.last_day(invitation.side.side).isoformat(),
            max_reason=MAX_REASON,
            **{"problem": "", "pending_until": "", "reason": "", **filled},
        )

    def call(self, confirmation: Confirmation, *, problem: str = "") -> HTMLResponse:
        """The yes that somebody gave by telephone, with the button that confirms it."""
        return self._page(
            "call",
            409 if problem else 200,
            **_subject(confirmation.invitation),
            call=confirmation.call.answer,
            waits_for_approver=confirmation.waits_for_approver,
            problem=problem,
        )

    def settled(self, invitation: Invitation, now: datetime) -> HTMLResponse:
        """The page of a proposal that this side can no longer answer; declined and expired look the same."""
        if invitation.proposal.waits(invitation.side.side, now):
            return self._page("message", 410, kind="waits", answer=invitation.answer, **_subject(invitation))
        is_own_act = invitation.proposal.lapsed_by == invitation.side.side
        kind = "superseded" if is_own_act or invitation.proposal.stage == "superseded" else "closed"
        return self._page("message", 410, kind=kind, **_subject(invitation))

    def agreed(self, invitation: Invitation, agreement: Agreement) -> HTMLResponse:
        """The page of an agreed proposal: the other side's contact, and whether it was mailed."""
        return self._page("message", 410, kind="agreed", agreement=agreement, **_subject(invitation))

    def message(self, kind: str, status: int) -> HTMLResponse:
        """The page without the proposal: its link is `refused` or has `ended`, or the database is `away`."""
        return self._page("message", status, kind=kind)


class ConfirmationPages(Pages):
    """The page that confirms an applicant's address, and the pages that follow it."""

    def form(self) -> HTMLResponse:
        """The page with the button; it does not reveal whether the secret is valid."""
        return self._page("confirm", 200)

    def result(self, kind: str, status: int = 200) -> HTMLResponse:
        """The page that follows: the address is `confirmed`, the secret has `ended`, or registry is `away`."""
        return self._page("confirmation", status, kind=kind)


def _subject(invitation: Invitation) -> dict[str, Any]:
    return {"proposal": invitation.proposal, "own": invitation.side, "other": invitation.other}
