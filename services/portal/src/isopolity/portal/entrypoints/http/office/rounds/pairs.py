"""The pairs of a draft, filtered and a page at a time; one pair as both sides would read of it, with what could stand
in its place: other candidates of its two members, or a city that is named.

Invariant: no page asks for all pairs of a draft; looking at a mail sends and keeps nothing. Each swap says what the
whole draft would gain or lose by it and who would lose a pair, or what bars it; the cheapest one comes first.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final
from urllib.parse import urlencode

from isopolity.client import matching, notify, registry
from isopolity.client.matching import models
from isopolity.client.notify.models import MailPreviewOut, ProposalState
from isopolity.portal.adapters.service_apis import NotAllowed, NotForThisVisitor, NothingThere, ServiceApis, ServiceAway
from isopolity.portal.domain.selection import Selection, narrowed
from isopolity.portal.domain.typed_values import degrees_in, whole_number
from isopolity.portal.entrypoints.http.admission import for_staff
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, unless
from isopolity.portal.entrypoints.http.offered_countries import offered_countries
from isopolity.portal.entrypoints.http.office.rounds.frame import PATH, KnownDraft, known_draft, round_page
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of

_BEST: Final = 4
"""Candidates of each side that are shown."""
_FOUND: Final = 3
"""Cities of a name that are shown, each with either side."""
Pair = models.ChosenPairView | models.DraftPairView
FITTING: Final = ("text", "kind", "standing", "value_min", "country", "region", "member")
"""Choices by which pairs are published, too."""
CHOICES: Final = (*FITTING, "reason", "order", "told")
_ON_A_PAGE: Final = 100
_WITH_REASONS: Final = 25
"""Pairs on a page that shows the reasons of each."""
_LONGEST: Final = 200
"""Characters of a name that is searched for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """A pair that could stand in the place of another, and what that would do."""

    pair: Pair
    trial: models.TrialView


async def tried(
    apis: ServiceApis, round_id: str, pair: models.DraftPairView, text: str
) -> tuple[models.TrialView | None, Sequence[Swap]]:
    """The effects of putting a pair in, or leaving it out, and of each pair in its place; None and () if no trial is
    possible now.
    """
    in_place: Sequence[Pair] = ()
    if pair.chosen:
        in_place = await (_with_cities(apis, pair, text) if text else _candidates(apis, round_id, pair))
    own = models.PairEditOrder(act="leave-out" if pair.chosen else "put-in", pair=_names(pair))
    swaps = (models.PairEditOrder(act="replace", pair=_names(pair), by=models.By(_names(each))) for each in in_place)
    order = models.TrialOrder(edits=[own, *swaps])
    sent = apis.send(matching.drafts.trial(round_id, order), is_long=True)
    answer = await unless(sent, NotAllowed, NotForThisVisitor)
    if answer is None:  # a city that is found has left meanwhile, or the draft has closed
        return None, ()
    trial, *trials = answer
    found = [Swap(pair=each, trial=of_each) for each, of_each in zip(in_place, trials, strict=True)]
    return trial, sorted(found, key=lambda each: loss(each.trial))


def loss(trial: models.TrialView) -> float:
    """The value that the draft would lose; infinite for a barred edit, which sorts last."""
    return inf if trial.edit is None else -trial.edit.value


async def _candidates(apis: ServiceApis, round_id: str, pair: models.DraftPairView) -> Sequence[Pair]:
    """The best candidates of both sides that are not chosen."""
    found = await asyncio.gather(
        *(
            apis.send(matching.drafts.pairs(round_id, member=side, standing="other", limit=_BEST))
            for side in (pair.a, pair.b)
        )
    )
    return [each for of_side in found for each in of_side.items]


async def _with_cities(apis: ServiceApis, pair: models.DraftPairView, text: str) -> Sequence[Pair]:
    """Both sides with the cities of a name."""
    cities = (await apis.send(registry.cities.list(text=text, order="name", limit=_FOUND))).items
    return [
        models.ChosenPairView(a=side, a_name=name, b=city.city_id, b_name=city.name)
        for side, name in ((pair.a, pair.a_name), (pair.b, pair.b_name))
        for city in cities
        if city.city_id not in (pair.a, pair.b)
    ]


def _names(pair: Pair) -> tuple[str, str]:
    return pair.a, pair.b


_ACTS: Final[Mapping[str, Callable[[models.DraftPairView], bool]]] = {
    "leave-out": lambda pair: pair.chosen,
    "pin": lambda pair: not pair.pinned,
    "forbid": lambda pair: not pair.forbidden,
    "put-in": lambda pair: not pair.chosen,
    "free": lambda pair: pair.pinned or pair.forbidden,
}
"""Edits of a pair, and whether each changes anything."""


@for_staff
async def pairs(request: Request, _account: Account) -> Response:
    """The draft's pairs that fit the selection, with the reasons that both members would read."""
    selection = Selection.of(f"{PATH}/{request.path_params['round_id']}/pairs", request.query_params, CHOICES)
    fitting, wrong = filter_of(selection.chosen)
    known, countries = await asyncio.gather(  # first: the page shows at least the edits that its forms say it shows
        known_draft(request), offered_countries(request, "cities", selection.chosen)
    )
    told = "told" in selection.chosen or "reason" in selection.chosen
    limit = _WITH_REASONS if told else _ON_A_PAGE
    listed = matching.drafts.pairs(known.round_id, cursor=_position(selection), limit=limit)
    chosen = {**selection.chosen, "value_min": fitting.value_min, "told": told}
    found = await apis_of(request).send(narrowed(listed, chosen))
    return round_page(
        request,
        "pairs.html",
        known,
        "pairs",
        selection=selection,
        countries=countries,
        wrong=wrong,
        found=found,
        told=told,
        with_reasons=_WITH_REASONS,
        offered=[act for act, is_of in _ACTS.items() if any(map(is_of, found.items))],
        member=_name_of(selection.chosen.get("member"), found.items),
        following=selection.address(found.next) if found.next else None,
        fitting=urlencode({name: selection.chosen[name] for name in FITTING if name in selection.chosen}),
    )


def filter_of(chosen: Mapping[str, str]) -> tuple[models.PairsFilter, dict[str, str]]:
    """The choices as matching reads them; apart from them a least value that is no number."""
    fitting: dict[str, object] = {name: chosen[name] for name in FITTING if name in chosen}
    wrong = dict[str, str]()
    if (text := chosen.get("value_min")) is not None:
        fitting["value_min"] = number_of(text)
        if fitting["value_min"] is None:
            del fitting["value_min"]
            wrong["value_min"] = text
    return models.PairsFilter.unchecked(fitting), wrong


def _position(selection: Selection) -> int | None:
    """Where in the list the page begins. Raises NothingThere."""
    if selection.cursor is None:
        return None
    if (number := whole_number(selection.cursor)) is None:
        raise NothingThere(selection.cursor)
    return number


@for_staff
async def pair(request: Request, _account: Account) -> Response:
    """One pair: how it stands, its reasons, and both mails."""
    a, b = (request.query_params.get(side, "") for side in ("a", "b"))
    if not a or not b:
        raise NothingThere(request.url.path)
    text = request.query_params.get("text", "").strip()[:_LONGEST]
    # both wait until matching has caught up with the log, which is better done at once
    (known, entry, trial, in_place), (mails, why_none) = await asyncio.gather(
        _with_swaps(request, (a, b), text), _mails(request, a, b)
    )
    return round_page(
        request,
        "pair.html",
        known,
        "pairs",
        pair=entry,
        mails=mails,
        why_none=why_none,
        text=text,
        trial=trial,
        swaps=in_place,
    )


async def _with_swaps(
    request: Request, names: tuple[str, str], text: str
) -> tuple[KnownDraft, models.DraftPairView, models.TrialView | None, Sequence[Swap]]:
    """The round, the pair of these names, what its edit would do, and each pair in its place. Raises NothingThere."""
    apis, (member, other) = apis_of(request), names
    known = await known_draft(request)  # first, as for the list
    found = await apis.send(matching.drafts.pairs(known.round_id, member=member, other=other, told=True, limit=1))
    entry = next(iter(found.items), None)
    if entry is None:
        raise NothingThere(known.round_id)
    if known.draft.status != "open" or entry.published:
        return known, entry, None, ()
    return known, entry, *await tried(apis, known.round_id, entry, text)


def number_of(text: str) -> float | None:
    """The number that a text states with a point or a comma before the decimals; None where it is none."""
    value = degrees_in(text)
    return value if isinstance(value, float) and 0 <= value <= 10**6 else None


async def _mails(request: Request, a: str, b: str) -> tuple[Sequence[tuple[str, MailPreviewOut]], str]:
    """The mails of a pair as they would be now, each with the name of its side; or why there are none."""
    form = PageForm(None, was_sent=False)
    previewed = _previewed(apis_of(request), request.path_params["round_id"], a, b)
    mails = await form.answer(unless(previewed, ServiceAway))
    return (mails, "") if mails is not None else ((), form.sentence or "away")


async def _previewed(apis: ServiceApis, round_id: str, a: str, b: str) -> Sequence[tuple[str, MailPreviewOut]]:
    """Raises NotAllowed, NothingThere, ServiceAway."""
    proposal = await apis.send(matching.drafts.preview(round_id, a=a, b=b))
    state = ProposalState.model_validate(proposal.model_dump(exclude_unset=True))
    mails = await apis.send(notify.previews.create(state))
    sides = {each.side: each.name for each in proposal.sides}
    return [(sides.get(mail.side, mail.side), mail) for mail in mails]


def _name_of(member: str | None, items: Sequence[models.DraftPairView]) -> str | None:
    """The name of the member of which all candidates are listed."""
    if member is None:
        return None
    sides = (side for each in items for side in ((each.a, each.a_name), (each.b, each.b_name)))
    names = (name for side, name in sides if side == member)
    return next(names, member)


routes = [Route(f"{PATH}/{{round_id}}/pairs", pairs), Route(f"{PATH}/{{round_id}}/pair", pair)]
