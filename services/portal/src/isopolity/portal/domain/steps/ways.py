"""How a city can meet others: what it ticks must not contradict itself."""

from typing import Final

from isopolity.portal.domain.steps.fields import Form

ONLINE_ONLY: Final = "online_only"
_IN_PERSON: Final = ("can_travel", "can_host")


def contradicts_itself(form: Form) -> bool:
    """Whether the city meets online only, and yet travels or receives partners."""
    return ONLINE_ONLY in form and any(name in form for name in _IN_PERSON)
