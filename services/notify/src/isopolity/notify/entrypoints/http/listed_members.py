"""`/notify/v1/listed-members`: members with their contacts, mails, answers and open proposals, for staff's lists.

Invariant: of an answer only the day is given, to staff alone; of contacts only whether one is confirmed.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated, Final, Literal, Self

from fastapi import Query
from pydantic import BaseModel, Field

from isopolity.contracts.event import Code, Country
from isopolity.notify.adapters.sql.member_lists import KEYS, Key, ListedMember, WantedMembers
from isopolity.notify.entrypoints.http.context import Notify, Staff
from isopolity.web.paging import one_page, pair_cursor, pair_in
from isopolity.web.problems import FieldProblem, Problem
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/notify/v1/listed-members")

Order = Literal[
    "name",
    "member_kind",
    "kind",
    "country",
    "region",
    "status",
    "changed_on",
    "contact",
    "mails",
    "answered_on",
    "open_proposals",
]
MOST_IDS: Final = 200
_ID: Final = r"[A-Za-z0-9_.:-]{1,128}"
_DIGITS: Final = 9
_UNUSABLE: Final = "Send as cursor the `next` of a page of the same order, unchanged."
Ids = Annotated[
    str,
    Query(
        pattern=f"^{_ID}(,{_ID}){{0,{MOST_IDS - 1}}}$",
        max_length=MOST_IDS * 129,
        description=f"Their ids, at most {MOST_IDS}, with commas between them",
    ),
]


class ListedMemberView(BaseModel):
    """A member of a list."""

    member_id: str
    member_kind: str = Field(description="`city` or `partner`")
    name: str
    kind: str
    status: str = Field(description="`applied` or `endorsed`")
    country: str
    region: str
    changed_on: date = Field(description="The day of the last change that others see")
    contact: str = Field(description="`confirmed`, `unconfirmed`, or `none` without a contact")
    contacts: int = Field(description="The number of its contacts")
    mails: str = Field(
        description="`lost` if the latest mails to a contact did not arrive, else `sent`; `none` before the first mail"
    )
    answered_on: date | None = Field(description="The day of its last answer; null if none is kept")
    open_proposals: int

    @classmethod
    def of(cls, listed: ListedMember) -> Self:
        """Make the view of a member."""
        found = {**asdict(listed.member), **asdict(listed.facts), "contact": listed.facts.contact}
        return cls(**{name: found[name] for name in cls.model_fields})


class ListedMembers(BaseModel):
    """A page of a list: `next` is the cursor of the following page, null on the last."""

    items: list[ListedMemberView]
    next: str | None
    total: int | None = Field(description="Members on all pages; null unless it was asked for")


@router.get("")
async def list_members(
    _staff: Staff,
    notify: Notify,
    text: Annotated[str | None, Query(max_length=200, description="Words of the name")] = None,
    member_kind: Literal["city", "partner"] | None = None,
    status: Literal["applied", "endorsed"] | None = None,
    country: Country | None = None,
    region: Code | None = None,
    contact: Literal["confirmed", "unconfirmed", "none"] | None = None,
    mails_lost: Annotated[bool, Query(description="With a contact whose latest mails did not arrive")] = False,
    no_answer_since: Annotated[date | None, Query(description="Without an answer on or after this day")] = None,
    with_open_proposals: bool = False,
    ids: Ids | None = None,
    order: Order = "name",
    descending: bool = False,
    with_total: bool = False,
    cursor: Annotated[str | None, Query(max_length=1000, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> ListedMembers:
    """Members that are in the network or entered for it; all filters given must fit.

    The list follows registry's within seconds. A cursor leads on in the order in which it was given.
    """
    wanted = WantedMembers(
        text=text,
        member_kind=member_kind,
        status=status,
        country=country,
        region=region,
        contact=contact,
        mails_lost=mails_lost,
        no_answer_since=no_answer_since,
        with_open_proposals=with_open_proposals,
        ids=None if ids is None else tuple(ids.split(",")),
        order=order,
        descending=descending,
    )
    found = await notify.members.page(wanted, after=_place(order, cursor), limit=limit + 1)
    listed, following = one_page(found, limit, lambda each: pair_cursor(str(each.key), each.member.member_id))
    total = await notify.members.total(wanted) if with_total else None
    return ListedMembers(items=[ListedMemberView.of(each) for each in listed], next=following, total=total)


def _place(order: str, cursor: str | None) -> tuple[Key, str] | None:
    """The value and id after which a page begins. Raises Problem 422 for a cursor of another order."""
    if (pair := pair_in(cursor)) is None:
        return None
    value, member_id = pair
    try:
        return _VALUES[KEYS[order]](value), member_id
    except ValueError:
        problem = FieldProblem(pointer="cursor", detail=_UNUSABLE)
        raise Problem(422, _UNUSABLE, code="invalid-request", errors=[problem]) from None


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > _DIGITS:
        raise ValueError("no number of a list")
    return int(text)


_VALUES: Final[Mapping[type, Callable[[str], Key]]] = {str: str, int: _number, date: date.fromisoformat}
