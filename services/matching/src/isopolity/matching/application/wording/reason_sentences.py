"""The sentence of each reason, by its code, made of its parameters alone.

Invariant: a sentence says what its parameters say and nothing that would follow from them, and no other words are
needed to say it in another language. Lists are separated by blanks, amounts are whole units, populations exact.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from isopolity.contracts.codes import SUPPORTS, named_once
from isopolity.matching.application.wording import phrases
from isopolity.matching.application.wording.exchanges import Party, said
from isopolity.matching.domain.side import Reason

Parameters = Mapping[str, str]
TO_CITY: Final = "city"
TO_PARTNER: Final = "partner"
"""Values of the parameter `to`: which side of a sponsorship is told; `other` is the name of the other one."""
_YOU: Final = Party(name="", reads=True)
_BESIDE_KM: Final = 5


def reason(code: str, parameters: Parameters) -> Reason:
    """The reason of this code, with its sentence."""
    return Reason(code=code, text=say(code, parameters), parameters=parameters)


def say(code: str, parameters: Parameters) -> str:
    """The sentence of a reason in English."""
    return phrases.sentence(SENTENCES[code](parameters))


def told_of(known: Reason, reader: str) -> str:
    """The sentence of a reason, told of `reader` to somebody else, as far as its parameters allow: a need or an offer
    that is met; other reasons as they are told.
    """
    parameters, name = known.parameters, Party(name=reader)
    match known.code:
        case "need-met":
            return phrases.sentence(_exchanged(parameters, name, Party(name=parameters["other"])))
        case "offer-wanted":
            return phrases.sentence(_exchanged(parameters, Party(name=parameters["other"]), name))
        case _:
            return known.text


def covered(subjects: str, supported: str, programme: str) -> str:
    """The subjects asked for, and what the programme supports of them: “on literacy, which “Reading” supports”."""
    asked, own = subjects.split(), supported.split()
    if asked == own:
        return f"{phrases.on_subjects(asked)}, which {programme} supports"
    theirs = named_once(own)
    work = "work" if set(own) & set(asked) else "related work,"
    return f"{phrases.on_subjects(asked)}; {programme} supports {work} {phrases.on_subjects(theirs)}"


def _need_met(known: Parameters) -> str:
    return _exchanged(known, _YOU, Party(name=known["other"]))


def _offer_wanted(known: Parameters) -> str:
    return _exchanged(known, Party(name=known["other"]), _YOU)


def _exchanged(known: Parameters, needer: Party, offerer: Party) -> str:
    need = known["subject"], known["need_mode"]
    offer = known.get("offer_subject", known["subject"]), known["offer_mode"]
    return said(need, offer, known["level"], needer, offerer)


def _both_learning_cities(known: Parameters) -> str:
    mine, theirs, other = known["mine"], known["theirs"], known["other"]
    years = f"both since {mine}" if mine == theirs else f"you since {mine}, {other} since {theirs}"
    return f"You are both UNESCO Learning Cities, {years}"


def _same_creative_field(known: Parameters) -> str:
    return f"You are both {phrases.creative_cities(known['field'])}"


def _size(known: Parameters) -> str:
    return f"You are of similar size: {phrases.two_populations(int(known['mine']), int(known['theirs']))}"


def _other_size(known: Parameters) -> str:
    mine, theirs = int(known["mine"]), int(known["theirs"])
    larger = "larger" if theirs > mine else "smaller"
    return f"{known['other']} is {larger}: {phrases.people(theirs)} people to your {phrases.people(mine)}"


def _distance(known: Parameters) -> str:
    km = int(known["km"])
    return "You lie next to each other" if km < _BESIDE_KM else f"You lie about {phrases.kilometres(km)} apart"


def _common_language(known: Parameters) -> str:
    return f"You both named {phrases.language(known['language'])} as a working language"


def _no_common_language(known: Parameters) -> str:
    mine, theirs = (
        phrases.listed([phrases.language(code) for code in known[whose].split()]) for whose in ("mine", "theirs")
    )
    return f"You named no working language in common: you named {mine}, {known['other']} named {theirs}"


def _request_fits(known: Parameters) -> str:
    what = covered(known["subjects"], known["supported"], f"“{known['programme']}”")
    return f"{_asks(known)} for support for “{known['request']}”, {what}"


def _need_fits(known: Parameters) -> str:
    subject, own, to_city = known["subject"], known["supported"], known["to"] == TO_CITY
    looks = "You are" if to_city else f"{known['other']} is"
    given = f" and gives {SUPPORTS[known['support']]}" if "support" in known else ""
    if phrases.subject(own) == phrases.subject(subject):
        what = f"this subject{given}"
    else:
        what = f"a related subject, {phrases.subject(own)}{',' if given else ''}{given}"
    wanted = f"{looks} looking for {phrases.a_mode(known['mode'])} on {phrases.subject(subject)}"
    return f"{wanted}; “{known['programme']}” supports {what}"


def _grant(known: Parameters) -> str:
    to_city, currency = known["to"] == TO_CITY, known["currency"]
    given = phrases.amounts(int(known["least"]), int(known["most"]), currency)
    gives = f"{'The' if to_city else 'Your'} programme gives {given} a grant"
    if "asked_least" not in known:
        return f"{'You have' if to_city else known['other'] + ' has'} not asked for an amount. {gives}"
    asked = phrases.amounts(int(known["asked_least"]), int(known["asked_most"]), known["asked_currency"])
    if "about_least" in known:
        about = phrases.amounts(int(known["about_least"]), int(known["about_most"]), currency, about=True)
        asked = f"{asked} ({about})"
    elif known["asked_currency"] != currency:
        asked = f"{asked} (we have no rate to {currency})"
    return f"{_asks(known)} for {asked}. {gives}"


def _place_served(known: Parameters) -> str:
    if "region" in known:
        return f"“{known['programme']}” serves cities in {phrases.region(known['region'])}"
    if known["to"] == TO_CITY:
        return f"“{known['programme']}” serves cities in your country"
    return f"{known['other']} lies in a country that “{known['programme']}” serves"


def _asks(known: Parameters) -> str:
    return "You ask" if known["to"] == TO_CITY else f"{known['other']} asks"


SENTENCES: Final[Mapping[str, Callable[[Parameters], str]]] = MappingProxyType(
    {
        "need-met": _need_met,
        "offer-wanted": _offer_wanted,
        "common-twin": lambda known: f"You are both partner cities of {known['through']}",
        "common-partner": lambda known: f"You both have a partnership with {known['through']}",
        "same-creative-field": _same_creative_field,
        "common-language": _common_language,
        "distance-near": _distance,
        "size": _size,
        "both-learning-cities": _both_learning_cities,
        "no-common-language": _no_common_language,
        "distance": _distance,
        "other-size": _other_size,
        "request-fits": _request_fits,
        "need-fits": _need_fits,
        "grant": _grant,
        "twin-of-partner": lambda known: (
            f"You have a partnership with {known['through']}, a partner city of {known['other']}"
        ),
        "partner-of-twin": lambda known: (
            f"{known['other']} has a partnership with {known['through']}, your partner city"
        ),
        "place-served": _place_served,
    }
)
"""By code; `docs/reasons.md` shows each."""
