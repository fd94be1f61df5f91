"""`/registry/v1/sign-ins`: people sign in by a mailed link, or by the code beside it.

Invariant: neither the answer nor the work reveals whether an account has the address; secrets are in bodies only, never
in a log, an event or an error.
"""

from typing import Annotated

from fastapi import Depends, Path, Request, Response
from pydantic import BaseModel

from isopolity.registry.application.access import sign_ins as handlers
from isopolity.registry.application.access.ports import StaffIssuer
from isopolity.registry.domain.errors import Gone
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.replies import uncached_reply
from isopolity.registry.entrypoints.http.routers.joining.confirmations import Mailer
from isopolity.registry.entrypoints.http.routers.members import client_of
from isopolity.registry.entrypoints.http.routers.people import bodies
from isopolity.registry.entrypoints.http.routers.people.sessions import Issuer, SessionReceipt, receipt_reply
from isopolity.web.api_documents import refusals
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1/sign-ins")

SignInId = Annotated[f.EntryId, Path(description="The id of the event that asked for the mail")]


class SignInReceipt(BaseModel):
    """The receipt for a requested sign-in; keep the id, so that the code can be typed where it was requested."""

    sign_in_id: str


class IssuedSignIn(BaseModel):
    """The recipient of the mail, with secret and code."""

    name: str
    email: str
    language: str
    secret: str
    code: str
    minutes: int
    """For how many minutes both are valid."""


class IssuerAddress(BaseModel):
    """The address to which the browser goes."""

    address: str


async def _issuer_of_staff(registry: Registry) -> StaffIssuer:
    if registry.staff_issuer is None:
        raise Problem(404, "Staff signs in by mail here; the network has no other issuer.", code="no-issuer")
    return registry.staff_issuer


AtOrganisation = Annotated[StaffIssuer, Depends(_issuer_of_staff)]


@router.post("", status_code=202, response_model=SignInReceipt, summary="Ask to sign in")
async def ask(wanted: bodies.SignInRequest, request: Request, registry: Registry, _issuer: Issuer) -> Response:
    """If an account has this address, it gets a mail with a link and a code, at most one in ten minutes.

    The answer is the same whether or not an account has the address. 429 where strangers ask too often; never for a
    browser from which somebody has signed in with this address.
    """
    async with registry.unit_of_work() as uow:
        asked = handlers.request_sign_in(wanted.email, client_of(request), uow, registry.surroundings, wanted.browser)
        sign_in_id = await asked
        await uow.commit()
    return Response(SignInReceipt(sign_in_id=sign_in_id).model_dump_json(), 202, media_type="application/json")


@router.post(
    "/{sign_in_id}/issue",
    response_model=IssuedSignIn,
    responses=refusals(410),
    summary="Make the secret and code of a sign-in",
)
async def issue(sign_in_id: SignInId, registry: Registry, _principal: Mailer) -> Response:
    """The link and the code for notify, which mails them; repeated calls get the same. 410 where no mail is to go."""
    issued = await registry.committed(lambda uow: handlers.issue_sign_in(sign_in_id, uow, registry.surroundings))
    account = issued.account
    document = IssuedSignIn(
        name=account.name,
        email=account.email,
        language=account.language,
        secret=issued.secret,
        code=issued.code,
        minutes=handlers.MINUTES,
    )
    return uncached_reply(document)


@router.post("/exchange", response_model=SessionReceipt, summary="Begin a session")
async def exchange(wanted: bodies.Exchange, registry: Registry, issuer: Issuer) -> Response:
    """A session for the secret of a link, or for a code with the id of a sign-in. 410 if it is wrong, used or too old.

    Codes may be tried 20 times a day for one address by browsers from which nobody has signed in with it; a link is
    always valid. A page that a link opens calls this when a button is pressed, since programs follow links in mails.
    """
    async with registry.unit_of_work() as uow:
        if wanted.secret is not None:
            begun = await handlers.exchange_secret(
                wanted.secret, wanted.begun_with, uow, registry.surroundings, wanted.browser
            )
        else:
            sign_in_id, code = wanted.sign_in_id or "", wanted.code or ""
            begun = await handlers.exchange_code(
                sign_in_id, code, wanted.begun_with, uow, registry.surroundings, wanted.browser
            )
        reply = None if begun is None else receipt_reply(begun, issuer)
        await uow.commit()  # the try is counted
    if reply is None:
        raise Gone(
            "This link or code is wrong, has been used, or is too old; use a link that was mailed, or ask again."
        )
    return reply


@router.post(
    "/issuer",
    response_model=IssuerAddress,
    responses=refusals(404),
    summary="Go to sign in at the office's organisation",
)
async def go_to_issuer(
    wanted: bodies.AtIssuer, request: Request, registry: Registry, issuer: AtOrganisation
) -> IssuerAddress:
    """The address where the browser with this `binding` signs in, within ten minutes. 503 if the issuer is away."""
    async with registry.unit_of_work() as uow:
        surroundings = registry.surroundings
        await surroundings.sign_in_rules.admit_to_issuer(uow.counters, client_of(request), surroundings.clock())
        await uow.commit()
    return IssuerAddress(address=await issuer.address(wanted.binding))


@router.post(
    "/from-issuer",
    response_model=SessionReceipt,
    responses=refusals(404, 410),
    summary="Begin a session of staff from its issuer",
)
async def come_from_issuer(
    wanted: bodies.BackFromIssuer, registry: Registry, staff_issuer: AtOrganisation, issuer: Issuer
) -> Response:
    """A session for the issuer's answer. 410 if it is not valid, 409 if the person is not on the list of staff."""
    identity = await staff_issuer.identity(wanted.state, wanted.code, wanted.binding)
    if identity is None:
        raise Gone("This sign-in does not count: it was begun elsewhere, was used, or is too old; begin again.")
    async with registry.unit_of_work() as uow:
        begun = await handlers.begin_session_of(identity, wanted.begun_with, uow, registry.surroundings, wanted.browser)
        reply = receipt_reply(begun, issuer)
        await uow.commit()
    return reply
