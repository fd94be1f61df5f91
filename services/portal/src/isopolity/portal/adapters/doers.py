"""Names of the actors of acts, as pages give them: people of the office, and people who ran the command."""

from collections.abc import Callable, Mapping
from typing import Final

from isopolity.identity.actors import BY_COMMAND


def _(text: str) -> str:
    """Marks a text for the catalogues."""
    return text


_EARLIER: Final = "isopolity-command"
"""Actor of the command's acts in releases that did not name the person who ran it."""
_NAMELESS: Final = _("Somebody with the isopolity command")
_WITH_COMMAND: Final = _("%(name)s, with the isopolity command")


def doer(actor: str, people: Mapping[str, str], gettext: Callable[[str], str]) -> str:
    """Name of the actor of an act, by the id in `people`; the id itself where `people` does not have it."""
    if actor == _EARLIER:
        return gettext(_NAMELESS)
    if actor.startswith(BY_COMMAND):
        named = actor.removeprefix(BY_COMMAND)
        return gettext(_WITH_COMMAND) % {"name": people.get(named, named)}
    return people.get(actor, actor)
