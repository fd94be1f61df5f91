"""Changes of identity and, if the network's settings say so, of a member's own words: a member asks, staff decides.
Other changes of a profile take effect at once. Staff also hides words of a city's needs and offers from others, and
shows them again; a city states the countries with which it cannot work.

Invariant: events contain only changes in effect. A member is always locked before its change, so that transactions do
not deadlock. `revised_profiles` keeps words hidden for as long as the city says them. Only the city's own contacts
state and read the countries that it avoids; staff, imports and applications neither set nor clear them.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from isopolity.contracts.input_limits import AVOIDED_COUNTRIES
from isopolity.registry.application.commands import DecideChange, ReviseMember, ReviseOwnProfile
from isopolity.registry.application.members import AnyMember, member, region_of, revise_member, save_changes
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.application.revised_profiles import Wait
from isopolity.registry.domain.change import (
    APPROVED,
    IDENTITY,
    PENDING,
    REFUSED,
    WORDS,
    Change,
    values_of,
    with_identity,
)
from isopolity.registry.domain.city import CityProfile, HiddenWords
from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotFound, StaleVersion
from isopolity.registry.domain.member import City
from isopolity.registry.domain.own_words import INTERESTS, interests_of_values, settled, with_approved
from isopolity.registry.domain.review import says_the_same


async def revise_own_profile(
    command: ReviseOwnProfile[Any], uow: RegistryRepositories, surroundings: Surroundings
) -> tuple[AnyMember, bool]:
    """Replace the profile, except the fields that wait for staff; also returns whether any field waits.

    Raises NotFound, InvalidProfile, NotPossible.
    """
    stored = await member(uow, command.profile.member_kind, command.member_id)
    stored.revised(command.profile, region_of(command.profile, surroundings))  # raises if the member has left
    reviews_words = surroundings.reviewed.words and stored.status == "endorsed"
    names = [*IDENTITY[stored.profile.member_kind], *([WORDS] if reviews_words else [])]
    asked, standing = values_of(command.profile, names), values_of(stored.profile, names)
    if reviews_words and says_the_same(standing[WORDS], asked[WORDS]):
        standing[WORDS] = asked[WORDS]
    if reviews_words and isinstance(command.profile, CityProfile):
        names += INTERESTS
        asked |= values_of(command.profile, INTERESTS)
        standing |= {name: settled(getattr(command.profile, name), getattr(stored.profile, name)) for name in INTERESTS}
    profile = with_identity(command.profile, standing)
    wait = Wait(new=True, changed=surroundings.reviewed.programmes and stored.status == "endorsed")
    revised = await revise_member(
        ReviseMember(member_id=stored.member_id, profile=profile, wait=wait), uow, surroundings
    )
    named = {name: asked[name] for name in sorted(command.named) if name in asked}
    return revised, await _ask(revised, names, named, uow, surroundings)


async def decide_change(command: DecideChange, uow: RegistryRepositories, surroundings: Surroundings) -> Change:
    """Approve or refuse a pending change. Raises what `revise_member` does, and StaleVersion."""
    stored = await member(uow, command.member_kind, command.member_id)
    change = await uow.changes.get(command.member_id)
    if change is None:
        raise NotFound("This member has asked for no change of its identity.")
    if change.version != command.version:
        raise StaleVersion(change.version)
    decided = change.decided(APPROVED if command.approve else REFUSED, surroundings.clock(), command.reason)
    if command.approve:
        approved = {name: value for name, value in change.wanted.items() if name not in INTERESTS}
        for name in change.wanted.keys() & set(INTERESTS):
            before, wanted = (interests_of_values(values[name]) for values in (change.before, change.wanted))
            approved[name] = with_approved(getattr(stored.profile, name), before, wanted)
        profile = with_identity(stored.profile, approved)
        await revise_member(ReviseMember(member_id=change.member_id, profile=profile), uow, surroundings)
    uow.changes.save(decided)
    return decided


async def _ask(
    stored: AnyMember,
    names: Iterable[str],
    named: Mapping[str, Any],
    uow: RegistryRepositories,
    surroundings: Surroundings,
) -> bool:
    """Merge `named` into the pending change; fields that equal the stored profile are dropped from it."""
    old = await uow.changes.get(stored.member_id)
    pending = old.wanted if old is not None and old.status == PENDING else {}
    identity = values_of(stored.profile, {**dict.fromkeys(names), **pending})
    wanted = {name: value for name, value in {**pending, **named}.items() if value != identity[name]}
    asked = Change(
        member_id=stored.member_id,
        member_kind=stored.profile.member_kind,
        version=1,
        status=PENDING,
        asked_at=surroundings.clock(),
        before=identity,
        wanted=wanted,
    )
    keep_asked(old, asked, uow)
    return not wanted.keys().isdisjoint(named)


def keep_asked(old: Change | None, asked: Change, uow: RegistryRepositories) -> Change:
    """Store the requested change in place of the old one; if nothing is wanted any more, the old one is dropped."""
    if old is None:
        if asked.wanted:
            uow.changes.add(asked)
        return asked
    again = old.asked_again(asked.before, asked.wanted, asked.asked_at)
    if again is not old:
        uow.changes.save(again)
    return again


async def hide_words(city_id: str, words: HiddenWords, uow: RegistryRepositories) -> City:
    """Hide words of a city's needs and offers from others. Raises NotFound, InvalidProfile."""
    stored: City = await member(uow, "city", city_id)
    if not any(map(words.are_of, (*stored.profile.needs, *stored.profile.offers))):
        raise InvalidProfile([FieldError(("title",), "The city does not say this (any more); read its entry again.")])
    others = _others(stored, words.title, words.text)
    return save_changes(stored, uow, hidden=(*others, words))


async def show_words(city_id: str, title: str | None, text: str | None, uow: RegistryRepositories) -> City:
    """Show words again that were hidden; nothing changes if they are shown. Raises NotFound."""
    stored: City = await member(uow, "city", city_id)
    return save_changes(stored, uow, hidden=_others(stored, title, text))


async def avoid_countries(city_id: str, countries: Collection[str], uow: RegistryRepositories) -> City:
    """Replace the countries that a city avoids. Raises NotFound, InvalidProfile, NotPossible.

    A city that has more than ten of them after a merger can take some back, and add none.
    """
    stored: City = await member(uow, "city", city_id)
    avoided = stored.profile.avoiding(countries).avoided_countries
    if len(avoided) > AVOIDED_COUNTRIES and not set(avoided) <= set(stored.profile.avoided_countries):
        raise InvalidProfile([FieldError(("countries",), f"Name at most {AVOIDED_COUNTRIES} countries.")])
    if stored.profile.country in avoided:
        sentence = "Leave out your own country; your profile says whether you want partners there."
        raise InvalidProfile([FieldError(("countries",), sentence)])
    return save_changes(stored, uow, avoided_countries=avoided)


def _others(stored: City, title: str | None, text: str | None) -> tuple[HiddenWords, ...]:
    return tuple(each for each in stored.profile.hidden if (each.title, each.text) != (title, text))
