"""`/notify/v1/previews`: a proposal's mails as both sides would read them, before they are sent."""

from pydantic import BaseModel, ConfigDict

from isopolity.contracts.matching import ProposalState
from isopolity.messaging.errors import PoisonMessage
from isopolity.notify.application.previews import preview_mails
from isopolity.notify.entrypoints.http.context import Looker, Notify
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/notify/v1/previews")


class MailPreviewOut(BaseModel):
    """A mail as its reader would see it."""

    model_config = ConfigDict(from_attributes=True)

    side: str
    recipient: str
    subject: str
    text: str


@router.post("")
async def preview(notify: Notify, _: Looker, proposal: ProposalState) -> list[MailPreviewOut]:
    """The mails of this proposal, which comes from `/matching/v1/drafts/{round_id}/preview` of matching.

    Nothing is kept or sent, and the answer links lead nowhere.
    """
    async with notify.reading() as uow:
        try:
            mails = await preview_mails(proposal, notify.writer, uow, notify.clock())
        except PoisonMessage as error:
            raise Problem(422, str(error), code="invalid-request") from error
    return [MailPreviewOut.model_validate(mail) for mail in mails]
