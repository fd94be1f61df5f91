"""What somebody enters who wants to join, as registry takes it."""

from collections.abc import Mapping
from typing import Any, Final

from isopolity.portal.domain.interests import field_of, interests_in, number_in, rows_in

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "city": ("kind", "name", "country", "population", "latitude", "longitude", "web"),
    "partner": ("kind", "name", "home_country", "registration_id", "web"),
}
"""Fields of a member that the form has under the same names, by kind of member."""
PERSON: Final = {"person": "name", "email": "email", "role": "role"}
"""Fields of the person to write to: their names in the form, and at registry."""
_NUMBERS: Final = ("population",)
_DEGREES: Final = ("latitude", "longitude")
_LANGUAGES: Final = 3


def language_fields() -> list[str]:
    """The names of the form's fields for languages, the most used first."""
    return [f"language-{number}" for number in range(_LANGUAGES)]


def application_in(form: Mapping[str, str], member_kind: str) -> dict[str, Any]:
    """The application that the form holds; a field that is empty is left out."""
    filled = {name: form.get(name, "").strip() for name in (*FIELDS[member_kind], *PERSON, *language_fields())}
    application: dict[str, Any] = {name: _value(name, filled[name]) for name in FIELDS[member_kind] if filled[name]}
    application["languages"] = [filled[name] for name in language_fields() if filled[name]]
    application["contact"] = {theirs: filled[ours] for ours, theirs in PERSON.items() if filled[ours]}
    if member_kind == "city":
        application["needs"] = interests_in(rows_in(form, "need"))
        application["offers"] = interests_in(rows_in(form, "offer"))
    return application


def form_field(pointer: str, form: Mapping[str, str], member_kind: str) -> str:
    """The name of the form's field that a JSON pointer of registry means; empty where no field is to blame."""
    match pointer.strip("/").split("/"):
        case [name] if name in FIELDS[member_kind]:
            return name
        case ["contact", name]:
            return next((ours for ours, theirs in PERSON.items() if theirs == name), "")
        case ["languages", number] if number.isdigit():
            filled = [name for name in language_fields() if form.get(name, "").strip()]
            return filled[int(number)] if int(number) < len(filled) else ""
    return field_of(pointer, {"needs": rows_in(form, "need"), "offers": rows_in(form, "offer")})


def _value(name: str, text: str) -> int | float | str:
    """The number that the text is, or else the text, which registry refuses with a sentence."""
    if name in _NUMBERS:
        return number_in("".join(text.split()))
    if name in _DEGREES:
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return text
    return text
