"""The sentence of each reason, by its code, made of its parameters alone.

Invariant: a sentence says what its parameters say and nothing that would follow from them, and no other words are
needed to say it in another language. Lists are separated by blanks, amounts are whole units, populations exact.
"""

from collections.abc import Callable, Mapping
from typing import Final

from isopolity.wording import supports
from isopolity.wording.exchanges import YOU, Parameters, Party, exchange_sentence
from isopolity.wording.voices import ENGLISH, Voice

YOU_GAIN: Final = "you"
THEY_GAIN: Final = "they"
"""Values of the parameter `less`: which side gains much less."""
NO_GAIN: Final = "none"
"""The value of the parameter `gain` where that side gains nothing."""
SIZES_APART: Final = 20
"""From how many times as large on a city is far larger."""
_BESIDE_KM: Final = 5


def say(code: str, parameters: Parameters, voice: Voice = ENGLISH) -> str:
    """The sentence of a reason. Raises KeyError for an unknown code or value, ValueError for no number."""
    return voice.whole(SENTENCES[code](voice, parameters))


def _both_learning_cities(voice: Voice, known: Parameters) -> str:
    mine, theirs, other = known["mine"], known["theirs"], known["other"]
    if mine == theirs:
        return voice.say("You are both UNESCO Learning Cities, both since {year}", year=mine)
    return voice.say(
        "You are both UNESCO Learning Cities, you since {mine}, {other} since {theirs}",
        mine=mine,
        other=other,
        theirs=theirs,
    )


def _size(voice: Voice, known: Parameters) -> str:
    mine, theirs = voice.two_populations(int(known["mine"]), int(known["theirs"]))
    return voice.say("You are of similar size: {mine} and {theirs} people", mine=mine, theirs=theirs)


def _other_size(voice: Voice, known: Parameters) -> str:
    mine, theirs = int(known["mine"]), int(known["theirs"])
    values = {"other": known["other"], "mine": voice.people(mine), "theirs": voice.people(theirs)}
    is_far = max(mine, theirs) >= SIZES_APART * min(mine, theirs)
    if theirs > mine:
        if is_far:
            return voice.say("{other} is far larger: {theirs} people to your {mine}", **values)
        return voice.say("{other} is larger: {theirs} people to your {mine}", **values)
    if is_far:
        return voice.say("{other} is far smaller: {theirs} people to your {mine}", **values)
    return voice.say("{other} is smaller: {theirs} people to your {mine}", **values)


def _distance(voice: Voice, known: Parameters) -> str:
    km = int(known["km"])
    if km < _BESIDE_KM:
        return voice.say("You lie next to each other")
    return voice.say("You lie about {distance} apart", distance=voice.kilometres(km))


def _no_common_language(voice: Voice, known: Parameters) -> str:
    mine, theirs = (voice.languages(known[whose].split()) for whose in ("mine", "theirs"))
    return voice.say(
        "You named no working language in common: you named {mine}, {other} named {theirs}",
        mine=mine,
        other=known["other"],
        theirs=theirs,
    )


def _one_sided(voice: Voice, known: Parameters) -> str:
    other, is_you = known["other"], known["less"] == YOU_GAIN
    if known.get("gain") == NO_GAIN:
        if is_you:
            return voice.say("We found nothing that {other} could give you", other=other)
        return voice.say("We found nothing that you could give {other}", other=other)
    if is_you:
        return voice.say("You would gain much less from this than {other}", other=other)
    return voice.say("{other} would gain much less from this than you", other=other)


def _few_hours(voice: Voice, known: Parameters) -> str:
    hours = float(known["hours"])
    values = {"other": known["other"], "mode": voice.mode_first(known["mode"])}
    if hours == 0:
        return voice.say(
            "Your working days and those of {other} have no hour in common; {mode} needs both of you at the same time",
            **values,
        )
    if hours < 1:
        return voice.say(
            "Your working days and those of {other} have less than one hour in common; "
            "{mode} needs both of you at the same time",
            **values,
        )
    return voice.say(
        "Your working days and those of {other} have less than two hours in common; "
        "{mode} needs both of you at the same time",
        **values,
    )


def _low_fit(voice: Voice, known: Parameters) -> str:
    return voice.say(
        "All in all the fit is loose: you and {other} meet only a part of what the other looks for",
        other=known["other"],
    )


def _common_language(voice: Voice, known: Parameters) -> str:
    return voice.say("You both named {language} as a working language", language=voice.languages([known["language"]]))


def _twin_of_partner(voice: Voice, known: Parameters) -> str:
    through, other = known["through"], known["other"]
    return voice.say("You have a partnership with {through}, a partner city of {other}", through=through, other=other)


def _partner_of_twin(voice: Voice, known: Parameters) -> str:
    through, other = known["through"], known["other"]
    return voice.say("{other} has a partnership with {through}, your partner city", through=through, other=other)


SENTENCES: Final[Mapping[str, Callable[[Voice, Parameters], str]]] = {
    "need-met": lambda voice, known: exchange_sentence(voice, known, YOU, Party(name=known["other"])),
    "offer-wanted": lambda voice, known: exchange_sentence(voice, known, Party(name=known["other"]), YOU),
    "common-twin": lambda voice, known: voice.say("You are both partner cities of {through}", through=known["through"]),
    "common-partner": lambda voice, known: voice.say(
        "You both have a partnership with {through}", through=known["through"]
    ),
    "same-creative-field": lambda voice, known: voice.say(
        "You are both UNESCO Creative Cities of {field}", field=voice.creative(known["field"])
    ),
    "common-language": _common_language,
    "distance-near": _distance,
    "size": _size,
    "both-learning-cities": _both_learning_cities,
    "no-common-language": _no_common_language,
    "distance": _distance,
    "other-size": _other_size,
    "one-sided": _one_sided,
    "low-fit": _low_fit,
    "few-hours": _few_hours,
    "request-fits": supports.request_fits,
    "need-fits": supports.need_fits,
    "grant": supports.grant,
    "grant-differs": supports.grant_differs,
    "no-grant": supports.no_grant,
    "twin-of-partner": _twin_of_partner,
    "partner-of-twin": _partner_of_twin,
    "place-served": supports.place_served,
}
"""By code; `docs/reasons.md` shows each."""
