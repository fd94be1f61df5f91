"""`/matching/v1/legal-acts`: the binding legal acts that the network lists, public.

Invariant: the list is what decides; a pair is kept apart by an act in force on this list, and by no other.
"""

from datetime import date
from typing import Literal

from pydantic import Field

from isopolity.matching.entrypoints.http.context import Matching
from isopolity.matching.entrypoints.http.view import View
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/matching/v1")


class LegalActView(View):
    """A binding legal act that keeps members of some countries apart from members of others."""

    title: str
    citation: str
    issued_by: str
    address: str = Field(description="The web address of the act's text.")
    forbids: str = Field(description="One sentence that says what the act does not allow.")
    starts: date = Field(description="The first day on which it holds.")
    ends: date | None = Field(default=None, description="The last day on which it holds; absent if it has no end.")
    one_side: list[str] = Field(description="Codes of the countries on one side.")
    other_side: list[str] = Field(description="Codes of the countries on the other side.")
    kinds: list[Literal["twinning", "sponsorship"]] = Field(description="The kinds of pairs that it keeps apart.")
    is_in_force: bool = Field(description="Whether it holds today.")


class LegalActList(View):
    """All legal acts that the network lists; none unless its operator lists some."""

    items: list[LegalActView]


@router.get("/legal-acts")
async def list_legal_acts(matching: Matching) -> LegalActList:
    """The binding legal acts that the network lists. While one is in force, nothing is proposed between its two sides.

    The countries of the two members decide; a partner's country is that of its seat.
    """
    surroundings = matching.surroundings
    today = surroundings.clock().date()
    return LegalActList(
        items=[
            LegalActView.copied(
                act,
                one_side=sorted(act.one_side),
                other_side=sorted(act.other_side),
                kinds=sorted(act.kinds, reverse=True),
                is_in_force=act.is_in_force(today),
            )
            for act in surroundings.markets.legal_acts.acts
        ]
    )
