"""What a new member has room for where it says nothing: shown with the settings, and chosen there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from isopolity.client import registry
from isopolity.client.registry.models import CapacityDefaultsInput, CapacityDefaultsView, ChoiceView
from isopolity.portal.adapters.service_apis import ServiceAway
from isopolity.portal.domain.steps.fields import count_in
from isopolity.portal.entrypoints.http.forms.optional_answers import unless
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.visitors import apis_of

FORM: Final = "capacity"
"""What the button of this form says, by `do`."""
_FIELDS: Final = ("city", "programme")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What holds, and the last choices, the newest first."""

    now: CapacityDefaultsView
    choices: Sequence[ChoiceView]

    @property
    def number(self) -> int:
        """Of the choice that holds; 0 before the first."""
        return self.choices[0].number if self.choices else 0


async def room(request: Request) -> Room | None:
    """None where registry does not tell."""
    return await unless(_room(request), ServiceAway)


async def _room(request: Request) -> Room:
    """Raises ServiceAway."""
    now = await apis_of(request).send(registry.capacity_defaults.read())
    return Room(now=now, choices=(await apis_of(request).send(registry.capacity_defaults.choices())).items)


async def choose_room(request: Request, form: PageForm) -> None:
    """Choose what the form says, which is refused where it gives no number.

    Raises ChangedMeanwhile, NotAllowed.
    """
    counts = {name: count_in(form[name]) for name in _FIELDS}
    if wrong := {name: "days" for name, count in counts.items() if not isinstance(count, int)}:
        form.refuse(wrong)
        return
    seen = count_in(form["seen"])
    chosen = CapacityDefaultsInput.unchecked({**counts, "seen": seen if isinstance(seen, int) else 0})
    await apis_of(request).send(registry.capacity_defaults.change(chosen))
