"""Staff hides words of a city's needs and offers from others, and shows them again.

Invariant: only words that the city says are hidden; `revised_profiles` keeps them hidden for as long as it says them.
"""

from isopolity.registry.application.members import member, save_changes
from isopolity.registry.application.ports import RegistryRepositories
from isopolity.registry.domain.city import HiddenWords
from isopolity.registry.domain.errors import FieldError, InvalidProfile
from isopolity.registry.domain.member import City


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


def _others(stored: City, title: str | None, text: str | None) -> tuple[HiddenWords, ...]:
    return tuple(each for each in stored.profile.hidden if (each.title, each.text) != (title, text))
