"""Members' tokens for templates: `member_token`, `pair_token` and `proposal_token`, as `isopolity.identity` draws them.

A pair is made from the ids of its two members, also where one side is a programme, so that a proposal and the
partnership that comes of it have one broken edge. `label` is the accessible name; without one the picture is hidden
from assistive technology, since the name stands beside it. `size` is “tiny”, “small”, “large” or “huge”; 40 pixels
without one.
"""

from typing import Final, Protocol, TypeAlias

from markupsafe import Markup

from isopolity.client.matching.models import OwnProposalView
from isopolity.identity import member_tokens
from isopolity.identity.member_tokens import Bearer
from isopolity.portal.domain.session import Account

_YES: Final = "yes"
_AGREED: Final = "agreed"


class Member(Protocol):
    """A member as the documents of matching show it, on either side of a proposal or partnership."""

    @property
    def member_id(self) -> str: ...

    @property
    def member_kind(self) -> str: ...

    @property
    def name(self) -> str: ...


Side: TypeAlias = tuple[str, str, str] | Account | Member
"""Id, kind and name of a member, or what has them."""


def member_token(member_id: str, kind: str, name: str, size: str = "", label: str | None = None) -> Markup:
    """The whole piece of a member; `kind` is “city”, “partner” or “programme”."""
    return _trusted(member_tokens.member_token(Bearer(member_id, kind, name), size=size, label=label))


def pair_token(
    own: Side, other: Side, said_yes: bool = False, agreed: bool = False, size: str = "", label: str | None = None
) -> Markup:
    """The two halves of a pair, the reader's own left; `said_yes` is of the reader's own side."""
    drawn = member_tokens.pair_token(
        _bearer(own), _bearer(other), said_yes=said_yes, agreed=agreed, size=size, label=label
    )
    return _trusted(drawn)


def proposal_token(proposal: OwnProposalView, size: str = "", label: str | None = None) -> Markup:
    """The halves of a proposal as one of its sides sees it: its own changes with its answer, both at agreement."""
    said_yes, agreed = proposal.own.answer == _YES, proposal.stage == _AGREED
    return pair_token(proposal.own, proposal.other, said_yes, agreed, size, label)


def _bearer(side: Side) -> Bearer:
    if isinstance(side, tuple):
        return Bearer(*side)
    if isinstance(side, Account):
        return Bearer(side.member, side.member_kind or "", side.member_name or side.name)
    return Bearer(side.member_id, side.member_kind, side.name)


def _trusted(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - drawn by us, its texts escaped
