"""The steps of each kind of member, in the order in which they are filled in; and those of an application."""

from collections.abc import Mapping
from typing import Final

from isopolity.client.registry.models import DraftDocument
from isopolity.portal.domain.steps.fields import Choices, Form, Line, Lines, Tick
from isopolity.portal.domain.steps.interests import InterestRows
from isopolity.portal.domain.steps.people import Applicant, Others
from isopolity.portal.domain.steps.step import Profile, Step
from isopolity.portal.domain.typed_values import count_in, degrees_in, paragraph_in

LANGUAGES: Final = Choices("languages", "language")
WORDS: Final = Line("about", paragraph_in)
_CITY: Final = (
    Step(
        "who",
        (
            Line("kind"),
            Line("name"),
            Lines("local_names"),
            WORDS,
            LANGUAGES,
            Line("web"),
            Line("learning_city_since", count_in),
            Line("creative_field"),
        ),
    ),
    Step(
        "where",
        (
            Line("country"),
            Line("geonames_id", count_in),
            Line("latitude", degrees_in),
            Line("longitude", degrees_in),
            Line("population", count_in),
            Line("time_zone"),
        ),
    ),
    Step(
        "needs",
        (
            InterestRows("need"),
            InterestRows("offer"),
            Tick("can_travel", otherwise=True),
            Tick("can_host", otherwise=True),
            Tick("online_only", otherwise=False),
            Tick("wants_own_country", otherwise=False),
            Tick("shows_ratings", otherwise=False),
            Line("capacity", count_in),
        ),
    ),
)
_PARTNER: Final = (
    Step("who", (Line("kind"), Line("name"), Line("registration_id"), WORDS, LANGUAGES, Line("web"))),
    Step("where", (Line("home_country"), Line("time_zone"))),
)
STEPS: Final[Mapping[str, Mapping[str, Step]]] = {
    "city": {step.name: step for step in _CITY},
    "partner": {step.name: step for step in _PARTNER},
}
"""Steps by name, by kind of member."""
_CONTACTS: Final = Step("contacts", (Applicant(), Others()))
_ORDER: Final = ("who", "where", "contacts", "needs")
APPLICATION_STEPS: Final[Mapping[str, Mapping[str, Step]]] = {
    kind: {name: known[name] for name in _ORDER if name in known}
    for kind, steps in STEPS.items()
    for known in ({**steps, "contacts": _CONTACTS},)
}
"""The steps of an application by name, in their order, by kind of member."""
_ROLE: Final = {"role": "coordinator"}
"""Registry's default of a contact."""
_IN_BODY: Final = "/fields"


def profile_of(draft: DraftDocument) -> Profile:
    """All that the saved steps state."""
    stated: dict[str, object] = {"capacity": draft.usual_capacity, "contact": _ROLE}
    for fields in draft.steps.values():
        stated |= fields
    return stated


def stated_in(step: Step, form: Form, draft: DraftDocument) -> dict[str, object]:
    """The fields of the step: those that the form fills in, and those that it does not ask for, as the draft has them.

    What programs and the office state, a form may not know: how many sponsorships, a pause.
    """
    parts = {field.part for field in step.fields}
    unasked = {part: value for part, value in draft.steps.get(step.name, {}).items() if part not in parts}
    return unasked | {part: value for part, value in step.change(form).items() if value is not None}


def problems_of(faults: Mapping[str, str], step: Step, form: Form) -> dict[str, str]:
    """Problems of a step by the name of the form's field, from registry's JSON pointers."""
    return step.problems({pointer.removeprefix(_IN_BODY): detail for pointer, detail in faults.items()}, form)


def missing(draft: DraftDocument) -> list[str]:
    """The names of the steps that are not saved yet, in their order."""
    return [name for name in APPLICATION_STEPS[draft.member_kind] if name not in draft.steps]
