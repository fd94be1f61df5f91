"""Staff merges another entry of a member into this one: both side by side, and which value of each field is kept.

Invariant: the page lists what goes on and what ends before the entries are merged, and what was added since is listed
first; while matching does not answer, it offers no button.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from isopolity.client import matching, registry
from isopolity.client.matching.models import MergerView
from isopolity.client.registry.models import CityEntry, Merger
from isopolity.portal.adapters.members import Member, read_member
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.admission import ENDORSE, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_answered
from isopolity.portal.entrypoints.http.known_members import KINDS, KnownMember, members_listed
from isopolity.portal.entrypoints.http.office.members.member_page import (
    ask_for_tick,
    ask_to_look_again,
    back_to_member,
    digest_of,
    member_of,
    routes_below,
)
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, apis_of, page

_IDENTITY: Final = ("name", "kind", "country", "home_country", "local_names", "geonames_id", "registration_id")
"""Fields whose values are always those of the entry that stays; the other entry's name finds nothing afterwards."""
_CHOSEN_ALONE: Final = (
    *("about", "web", "languages", "population", "time_zone", "learning_city_since", "creative_field"),
    *("capacity", "sponsorship_capacity", "paused_until", "wants_own_country", "shows_ratings"),
)
_CHOSEN_TOGETHER: Final[Mapping[str, Sequence[str]]] = {
    "place": ("latitude", "longitude"),
    "ways": ("can_travel", "can_host", "online_only"),
}
"""Fields that are chosen together, by the name of the choice."""
_FOUND: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A field, or fields that are chosen together, in both entries."""

    name: str
    kept: Sequence[object]
    other: Sequence[object]
    is_free: bool
    """Whether staff chooses which value is kept; else the value of the entry that stays is."""

    @property
    def is_equal(self) -> bool:
        """Whether both entries have the same value."""
        return self.kept == self.other

    @property
    def takes_other(self) -> bool:
        """Whether the other entry's value is chosen at first, because the entry that stays has none."""
        return all(each in (None, [], ()) for each in self.kept)


@for_staff_to(ENDORSE)
async def merge(request: Request, account: Account) -> Response:
    """Search for the other entry, then render both side by side; POST merges them."""
    folder, member_id = member_of(request)
    apis, form = apis_of(request), await PageForm.of(request, account)
    duplicate_id = form["duplicate"] or request.query_params.get("duplicate", "")
    if not duplicate_id or duplicate_id == member_id:
        return await _search(request)
    found = await _found(apis, KINDS[folder], member_id, duplicate_id)
    if form.was_sent:
        _kept, ending, now = found
        if not form["sure"]:
            ask_for_tick(request, form)
        elif ending.status != "withdrawn" and (now is None or form["seen"] != _digest(now)):
            ask_to_look_again(request, form)
        elif await form.done(_merge(apis, folder, member_id, duplicate_id, form)):
            return back_to_member(request, "merged")
        else:
            found = await _found(apis, KINDS[folder], member_id, duplicate_id)
    kept, duplicate, effects = found
    return await _side_by_side(request, form, kept, duplicate, effects)


async def _found(
    apis: ServiceApis, kind: str, member_id: str, duplicate_id: str
) -> tuple[Member, Member, MergerView | None]:
    """Both entries, and what merging them would do; None for the last while matching does not answer."""
    return await asyncio.gather(
        read_member(apis, kind, member_id),
        read_member(apis, kind, duplicate_id),
        if_answered(apis.send(matching.members.merger(member_id, duplicate_id=duplicate_id))),
    )


def _digest(effects: MergerView | None) -> str:
    """A text that differs once a merger would carry, or end, something else."""
    if effects is None:
        return ""
    lost = sorted((each.what, each.identifier, each.reason) for each in effects.lost)
    return digest_of(effects.proposals, effects.partnerships, effects.interests, effects.drafts, lost)


async def _merge(apis: ServiceApis, folder: str, member_id: str, duplicate_id: str, form: PageForm) -> None:
    """Raises NotAllowed."""
    taken = [name.removeprefix("take-") for name, value in form.fields.items() if value == "other"]
    fields = [each for name in taken for each in _CHOSEN_TOGETHER.get(name, (name,))]
    wanted = Merger(duplicate_id=duplicate_id, confirmed=True, take=fields)
    if KINDS[folder] == "city":
        await apis.send(registry.cities.merge(member_id, wanted))
    else:
        await apis.send(registry.partners.merge(member_id, wanted))


async def _search(request: Request) -> Response:
    """Entries by the name that was typed; at first the field holds the member's own name, and nothing is searched."""
    apis, (folder, member_id) = apis_of(request), member_of(request)
    selection = Selection.of(request.url.path, request.query_params, ("text",))
    member = await read_member(apis, KINDS[folder], member_id)
    text = selection.chosen.get("text")
    found = (await members_listed(apis, text=text, status="any", limit=_FOUND))[0] if text else ()
    return page(
        request,
        "office/members/merge-search.html",
        is_asked=text is not None,
        folder=folder,
        member_id=member_id,
        member=member,
        selection=selection if text else replace(selection, chosen={"text": member.name}),
        found=[each for each in found if _may_be_merged(each, KINDS[folder], member_id)],
    )


def _may_be_merged(each: KnownMember, kind: str, member_id: str) -> bool:
    return each.member_kind == kind and each.member_id != member_id and each.status != "withdrawn"


async def _side_by_side(
    request: Request, form: PageForm, kept: Member, duplicate: Member, effects: MergerView | None
) -> Response:
    folder, member_id = member_of(request)
    ids = [each.city_id if isinstance(each, CityEntry) else each.partner_id for each in (kept, duplicate)]
    apis = apis_of(request)
    contacts = await asyncio.gather(*(apis.send(registry.contacts.list(member_id=each)) for each in ids))
    return form.page(
        request,
        "office/members/merge.html",
        folder=folder,
        member_id=member_id,
        member=kept,
        duplicate=duplicate,
        duplicate_id=ids[1],
        rows=_rows(kept, duplicate),
        effects=effects,
        seen=_digest(effects),
        contacts=contacts[1].items,
        filled=form.fields,
    )


def _rows(kept: Member, duplicate: Member) -> Sequence[Compared]:
    mine, other = (each.model_dump(mode="json") for each in (kept, duplicate))
    choices = {**{name: (name,) for name in _CHOSEN_ALONE}, **_CHOSEN_TOGETHER}
    rows = [_row(name, (name,), mine, other, is_free=False) for name in _IDENTITY if name in mine]
    rows += [_row(name, parts, mine, other, is_free=True) for name, parts in choices.items() if parts[0] in mine]
    return [each for each in rows if not each.is_equal or each.name in ("name", "kind")]


def _row(
    name: str, parts: Sequence[str], mine: Mapping[str, object], other: Mapping[str, object], *, is_free: bool
) -> Compared:
    return Compared(
        name=name, kept=[mine.get(each) for each in parts], other=[other.get(each) for each in parts], is_free=is_free
    )


routes = routes_below("merge", merge)
