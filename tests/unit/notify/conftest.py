"""A letter writer and what it writes from."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from isopolity.notify.application.ports import Correspondence
from isopolity.notify.application.proposals import to_proposal
from isopolity.notify.domain.mail import Mail, Purpose
from tests.support.notify_events import PROPOSAL_ID, START, contact, proposal_state

LINKS = SignedAnswerLinks(["k" * 32], "https://network.example/")
MakeCorrespondence = Callable[..., Correspondence]


@pytest.fixture
def links() -> SignedAnswerLinks:
    return LINKS


@pytest.fixture
def writer() -> JinjaLetterWriter:
    return JinjaLetterWriter(LINKS, "Isopolity <network@isopolity.example>")


@pytest.fixture
def correspondence() -> MakeCorrespondence:
    def make(
        purpose: Purpose = Purpose.PROPOSAL, *, side: str = "a", stage: str = "issued", **changes: object
    ) -> Correspondence:
        mail = Mail(
            mail_id="0193b000-0000-7000-8000-00000000000a",
            proposal_id=PROPOSAL_ID,
            side=side,
            purpose=purpose,
            contact_id=f"contact-{side}",
            created_at=START,
            due_at=START,
            updated_at=START,
            correlation_id="correlation",
        )
        counterpart = contact("b" if side == "a" else "a") if purpose is Purpose.INTRODUCTION else None
        made = Correspondence(
            mail=mail, proposal=to_proposal(proposal_state(stage)), recipient=contact(side), counterpart=counterpart
        )
        return replace(made, **changes)  # type: ignore[arg-type] # a test names fields of Correspondence

    return make
