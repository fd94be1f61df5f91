"""The steps of each kind of member, in the order in which they are filled in."""

from collections.abc import Mapping
from typing import Final

from isopolity.portal.domain.steps.fields import Choices, Line, Lines, Tick, count_in, degrees_in, paragraph_in
from isopolity.portal.domain.steps.interest_rows import InterestRows
from isopolity.portal.domain.steps.step import Step

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
