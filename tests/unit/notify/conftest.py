"""notify on fakes, a letter writer, and what it writes from."""

from dataclasses import replace

import pytest

from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from isopolity.notify.application.letters import Correspondence
from isopolity.notify.application.matching_events import to_proposal
from isopolity.notify.domain.mail import Purpose
from tests.support.notify.bench import NotifyBench, bench_in_memory
from tests.support.notify.events import PROPOSAL_ID, contact, proposal_state, unsent
from tests.support.notify.letters import LINKS, MakeCorrespondence


@pytest.fixture
def bench() -> NotifyBench:
    """notify, with everything in memory."""
    return bench_in_memory()


@pytest.fixture
def links() -> SignedAnswerLinks:
    return LINKS


@pytest.fixture
def writer() -> JinjaLetterWriter:
    return JinjaLetterWriter(LINKS, "Isopolity <network@isopolity.example>", public_url="https://network.example/")


@pytest.fixture
def correspondence() -> MakeCorrespondence:
    def make(
        purpose: Purpose = Purpose.PROPOSAL, *, side: str = "a", stage: str = "issued", **changes: object
    ) -> Correspondence:
        mail = replace(unsent(PROPOSAL_ID, side), purpose=purpose)
        counterpart = contact("b" if side == "a" else "a") if purpose is Purpose.INTRODUCTION else None
        made = Correspondence(
            mail=mail, proposal=to_proposal(proposal_state(stage)), recipient=contact(side), counterpart=counterpart
        )
        return replace(made, **changes)  # type: ignore[arg-type] # a test names fields of Correspondence

    return make
