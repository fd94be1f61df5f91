"""All that a side may do while its proposal is out.

Each act is done by all sides that can do it, in all pairs; new acts of members must be added here.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.support.two_sides.cast import Cast, Member, Pair, add_contact
from tests.support.two_sides.world import World

Do = Callable[[World, Pair, Cast], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act of a side; `by` are the kinds of members that can do it, `bouncing` says that its mails never arrive."""

    do: Do
    by: tuple[str, ...] = ("city", "partner")
    bouncing: bool = False
    observer_agrees: bool = True
    """Whether the observing side says yes; if both do, they agree, and secrecy ends."""


async def answer(world: World, pair: Pair, who: Member, **reply: Any) -> None:
    """Answer the proposal of the pair."""
    path = f"/notify/v1/proposals/{pair.proposal_id}/answer"
    await world.ask("POST", path, reply, of=who.member_id, contact_id=who.contact_id)


async def do_nothing(_world: World, _pair: Pair, _cast: Cast) -> None:
    """Do nothing: the course with which all others are compared."""


async def say_yes(world: World, pair: Pair, _cast: Cast) -> None:
    """Say yes, except to a side that has asked: they would agree, and secrecy would end."""
    if pair.is_asked_for:
        return
    await answer(world, pair, pair.acting, choice="yes")


async def say_yes_once_approved(world: World, pair: Pair, _cast: Cast) -> None:
    await answer(world, pair, pair.acting, choice="pending", pending_until="2026-11-12")


async def say_later(world: World, pair: Pair, _cast: Cast) -> None:
    await answer(world, pair, pair.acting, choice="later")


async def say_no(world: World, pair: Pair, _cast: Cast) -> None:
    await answer(world, pair, pair.acting, choice="no", reason="It does not suit us.")


async def say_no_by_telephone(world: World, pair: Pair, _cast: Cast) -> None:
    """Tell staff so, which enters it."""
    path = f"/notify/v1/telephone-answers/{pair.proposal_id}/{pair.acting.member_id}"
    line = await world.ask("GET", path)
    call = {"choice": "no", "given_by": "Bo", "taken_by": "Otto", "given_on": line["latest_day"], "seen": line["seen"]}
    await world.ask("POST", path, call)


async def look(world: World, pair: Pair, _cast: Cast) -> None:
    """Look at the proposal, at suggestions, at why the two fit, and at why there are no more."""
    me, other = pair.acting.member_id, pair.observing.member_id
    programme_id = pair.acting.programme_id or pair.observing.programme_id
    its = f"?programme_id={programme_id}" if programme_id else ""
    own = (f"/members/{me}/{what}" for what in ("proposals", "suggestions", "why"))
    for path in (*own, f"/pairs/{me}/{other}{its}"):
        await world.ask("GET", f"/matching/v1{path}", of=me)


async def revise(world: World, pair: Pair, _cast: Cast) -> None:
    await pair.acting.change(world, web="https://changed.example", about="We have changed.")


async def take_no_more(world: World, pair: Pair, _cast: Cast) -> None:
    """Set the capacity to 0."""
    if pair.acting.kind == "city":
        await pair.acting.change(world, capacity=0, sponsorship_capacity=0)
    else:
        await _change_programmes(world, pair.acting, lambda each: {**each, "cities": 0})


async def pause(world: World, pair: Pair, _cast: Cast) -> None:
    await pair.acting.change(world, paused_until="2027-01-31")


async def avoid_the_other(world: World, pair: Pair, cast: Cast) -> None:
    """State that it cannot work with any country of the others."""
    me = pair.acting
    own = (await world.ask("GET", me.path, of=me.member_id))["country"]
    homes = [await world.ask("GET", each.path, of=each.member_id) for each in cast.members]
    countries = {each.get("country") or each["home_country"] for each in homes} - {own}
    stated = {"countries": sorted(countries)}
    await world.ask("PUT", f"{me.path}/avoided-countries", stated, of=me.member_id, headers={"If-Match": "*"})


async def offer_no_longer(world: World, pair: Pair, _cast: Cast) -> None:
    """Drop the programme that was proposed, or close the request."""
    if pair.acting.kind == "partner":
        dropped = pair.acting.programme_id
        await _change_programmes(world, pair.acting, lambda each: None if each["programme_id"] == dropped else each)
    elif pair.acting.request_id is not None:
        path = f"/registry/v1/requests/{pair.acting.request_id}/close"
        await world.ask("POST", path, of=pair.acting.member_id)


async def erase_contact(world: World, pair: Pair, _cast: Cast) -> None:
    me = pair.acting
    await world.ask("DELETE", f"/registry/v1/contacts/{me.contact_id}", of=me.member_id, contact_id=me.contact_id)


async def hand_over(world: World, pair: Pair, _cast: Cast) -> None:
    """Another person becomes coordinator, and the former one is erased."""
    me = pair.acting
    name, email = f"Bo of {me.name}", f"bo@{me.name.lower()}.example"
    await add_contact(world, me.kind, me.member_id, name, email, "coordinator", by=me.contact_id)
    await world.quiet()
    await erase_contact(world, pair, _cast)


async def withdraw(world: World, pair: Pair, _cast: Cast) -> None:
    await world.ask("POST", f"{pair.acting.path}/withdraw", of=pair.acting.member_id)


async def say_yes_and_withdraw(world: World, pair: Pair, cast: Cast) -> None:
    await say_yes(world, pair, cast)
    await withdraw(world, pair, cast)


async def become_twins(world: World, pair: Pair, cast: Cast) -> None:
    """Declare a twinning with the city beside, which confirms it."""
    await _twin(world, pair.acting, cast.beside)


async def agree_with_another(world: World, pair: Pair, cast: Cast) -> None:
    """Agree to another proposal, and show the partnership to nobody."""
    other = Pair(acting=pair.acting, observing=cast.beside, proposal_id=cast.beside_proposal_id)
    if pair.acting.member_id in {side["member_id"] for side in await _sides(world, other)}:
        for side in other.members:
            await answer(world, other, side, choice="yes")


async def refuse_another(world: World, pair: Pair, cast: Cast) -> None:
    """Say no to another proposal."""
    other = Pair(acting=pair.acting, observing=cast.beside, proposal_id=cast.beside_proposal_id)
    if pair.acting.member_id in {side["member_id"] for side in await _sides(world, other)}:
        await answer(world, other, pair.acting, choice="no")


async def ask_for_more(world: World, pair: Pair, _cast: Cast) -> None:
    """Publish another request."""
    request = {"city_id": pair.acting.member_id, "title": "A bus", "amount_min": 1, "amount_max": 2, "currency": "EUR"}
    await world.ask("POST", "/registry/v1/requests", request, of=pair.acting.member_id)


async def _twin(world: World, one: Member, other: Member) -> None:
    ends = {"city_a": one.member_id, "city_b": other.member_id}
    made = await world.ask("POST", "/registry/v1/twinnings", ends, of=one.member_id)
    await world.ask("POST", f"/registry/v1/twinnings/{made['twinning_id']}/confirm", of=other.member_id)


async def _sides(world: World, pair: Pair) -> list[dict[str, Any]]:
    sides: list[dict[str, Any]] = (await world.ask("GET", f"/matching/v1/proposals/{pair.proposal_id}"))["sides"]
    return sides


async def _change_programmes(
    world: World, partner: Member, changed: Callable[[dict[str, Any]], dict[str, Any] | None]
) -> None:
    known = (await world.ask("GET", partner.path, of=partner.member_id))["programmes"]
    await partner.change(world, programmes=[each for one in known if (each := changed(one)) is not None])


NOTHING: Final = Act(do=do_nothing)
NOTHING_EITHER: Final = Act(do=do_nothing, observer_agrees=False)
CITIES: Final = ("city",)
ACTS: Final[Mapping[str, Act]] = {
    "says yes": Act(do=say_yes, observer_agrees=False),
    "says yes, once approved": Act(do=say_yes_once_approved),
    "says later": Act(do=say_later),
    "says no": Act(do=say_no),
    "says no by telephone": Act(do=say_no_by_telephone),
    "looks": Act(do=look),
    "revises its profile": Act(do=revise),
    "takes no more": Act(do=take_no_more),
    "pauses": Act(do=pause),
    "avoids the other's country": Act(do=avoid_the_other, by=CITIES),
    "drops the programme or closes the request": Act(do=offer_no_longer),
    "erases its contact": Act(do=erase_contact),
    "hands over": Act(do=hand_over),
    "withdraws": Act(do=withdraw),
    "says yes and withdraws": Act(do=say_yes_and_withdraw),
    "lets mails bounce": Act(do=do_nothing, bouncing=True),
    "becomes twins with another": Act(do=become_twins, by=CITIES),
    "agrees with another": Act(do=agree_with_another, by=CITIES),
    "refuses another": Act(do=refuse_another, by=CITIES),
    "asks for more": Act(do=ask_for_more, by=CITIES),
}
"""All acts by the names of tests."""
