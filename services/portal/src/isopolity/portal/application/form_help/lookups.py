"""What a form asks for by another button than “Save”: to look something up, or to take what was found.

Invariant: the form goes on as it was filled in; nothing is saved by looking.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from isopolity.portal.application.form_help.subjects import subjects_for
from isopolity.portal.application.ports import Gazetteer
from isopolity.portal.domain.place import Place
from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.steps.interest_rows import PARTS, with_subject

BUTTON: Final = "do"
"""The name of the form's buttons: `save`, `find`, and `enter`, which the Enter key presses."""
_PLACES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The form as it goes on, and what was found by the name of the field that asked; nothing for an empty list."""

    form: Form
    found: Mapping[str, Sequence[str | Place]] = field(default_factory=dict)


def looked(form: Form, gazetteer: Callable[[], Gazetteer]) -> Looked | None:
    """What the form asks for; None where it is to be saved. The gazetteer is opened where a place is asked for."""
    for kind in PARTS:
        if subject := form.get(f"add-{kind}"):
            return Looked(form=with_subject({**form, f"{kind}-text": ""}, kind, subject))
    if number := form.get("choose-place"):
        place = gazetteer().place(number)
        return Looked(form=form if place is None else _with_place(form, place))
    searches: dict[str, Callable[[str], Sequence[str | Place]]] = {f"{kind}-text": subjects_for for kind in PARTS}
    searches["place-text"] = lambda text: gazetteer().find(text, _PLACES)
    typed = {name: text for name in searches if (text := form.get(name, "").strip())}
    asked = form.get(BUTTON)
    if asked == "find" or (asked == "enter" and typed):
        return Looked(form=form, found={name: searches[name](text) for name, text in typed.items()})
    return None


def _with_place(form: Form, place: Place) -> Form:
    """The form with what the gazetteer knows of the place, whatever stood there before."""
    return {
        **form,
        "place-text": "",
        "country": place.country,
        "geonames_id": str(place.geonames_id),
        "latitude": str(place.latitude),
        "longitude": str(place.longitude),
        "population": str(place.population or ""),
        "time_zone": place.time_zone,
    }
