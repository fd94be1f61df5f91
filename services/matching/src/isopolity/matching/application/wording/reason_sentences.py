"""The sentence of each reason, by its code, made of its parameters alone.

Invariant: a sentence says what its parameters say and nothing that would follow from them, and no other words are
needed to say it in another language. Lists are separated by blanks, amounts are whole units, populations exact.
"""

from collections.abc import Callable, Mapping
from typing import Final

from isopolity.contracts.codes import SUPPORTS
from isopolity.matching.application.candidates.pair_facts import SIZES_APART
from isopolity.matching.application.wording import phrases
from isopolity.matching.application.wording.exchange_sentences import (
    YOU,
    Parameters,
    Party,
    Theme,
    exchange_sentence,
    looked_for,
)
from isopolity.matching.domain.side import Reason

TO_CITY: Final = "city"
TO_PARTNER: Final = "partner"
"""Values of the parameter `to`: which side of a sponsorship reads it; `other` is the name of the other one."""
YOU_GAIN: Final = "you"
THEY_GAIN: Final = "they"
"""Values of the parameter `less`: which side gains much less."""
NO_GAIN: Final = "none"
"""The value of the parameter `gain` where that side gains nothing."""
_BESIDE_KM: Final = 5


def reason(code: str, parameters: Parameters) -> Reason:
    """The reason of this code, with its sentence."""
    return Reason(code=code, text=say(code, parameters), parameters=parameters)


def say(code: str, parameters: Parameters) -> str:
    """The sentence of a reason in English."""
    return phrases.sentence(SENTENCES[code](parameters))


def sentence_about(known: Reason, reader: str) -> str:
    """The sentence of a reason as a third person reads it, with the name of its `reader` in place of “you”.

    That is possible for a need or an offer that is met; other reasons keep their sentence.
    """
    parameters, name = known.parameters, Party(name=reader)
    match known.code:
        case "need-met":
            return exchange_sentence(parameters, name, Party(name=parameters["other"]))
        case "offer-wanted":
            return exchange_sentence(parameters, Party(name=parameters["other"]), name)
        case _:
            return known.text


def covered(known: Parameters) -> str:
    """The topics asked for, and those that the programme supports: “on literacy, which “Reading” supports”.

    Subjects stand in for topics if no topics meet.
    """
    programme = f"“{known['programme']}”"
    if "topic" in known:
        theme = Theme.of_topics(known)
        supports = (
            f", which {programme} supports" if theme.is_same else f"; {programme} supports {theme.other(is_named=True)}"
        )
        return f"on {theme.needed}{supports}"
    asked, own = known["subjects"].split(), known["supported"].split()
    if asked == own:
        return f"{phrases.on_subjects(asked)}, which {programme} supports"
    work = "work" if set(own) & set(asked) else "related work,"
    return f"{phrases.on_subjects(asked)}; {programme} supports {work} {phrases.on_subjects(list(dict.fromkeys(own)))}"


def _both_learning_cities(known: Parameters) -> str:
    mine, theirs, other = known["mine"], known["theirs"], known["other"]
    years = f"both since {mine}" if mine == theirs else f"you since {mine}, {other} since {theirs}"
    return f"You are both UNESCO Learning Cities, {years}"


def _other_size(known: Parameters) -> str:
    mine, theirs = int(known["mine"]), int(known["theirs"])
    far = "far " if max(mine, theirs) >= SIZES_APART * min(mine, theirs) else ""
    larger = f"{far}larger" if theirs > mine else f"{far}smaller"
    return f"{known['other']} is {larger}: {phrases.people(theirs)} people to your {phrases.people(mine)}"


def _distance(known: Parameters) -> str:
    km = int(known["km"])
    return "You lie next to each other" if km < _BESIDE_KM else f"You lie about {phrases.kilometres(km)} apart"


def _no_common_language(known: Parameters) -> str:
    mine, theirs = (
        phrases.listed([phrases.language(code) for code in known[whose].split()]) for whose in ("mine", "theirs")
    )
    return f"You named no working language in common: you named {mine}, {known['other']} named {theirs}"


def _one_sided(known: Parameters) -> str:
    other = Party(name=known["other"])
    less, more = (YOU, other) if known["less"] == YOU_GAIN else (other, YOU)
    if known.get("gain") == NO_GAIN:
        return f"We found nothing that {more.within} could give {less.within}"
    return f"{less.first} would gain much less from this than {more.within}"


def _few_hours(known: Parameters) -> str:
    hours = float(known["hours"])
    common = "no hour" if hours == 0 else "less than one hour" if hours < 1 else "less than two hours"
    needed = f"{phrases.a_mode(known['mode'])} needs both of you at the same time"
    return f"Your working days and those of {known['other']} have {common} in common; {needed}"


def _low_fit(known: Parameters) -> str:
    return f"All in all the fit is loose: you and {known['other']} meet only a part of what the other looks for"


def _request_fits(known: Parameters) -> str:
    return f"{_asks(known)} for support for “{known['request']}”, {covered(known)}"


def _need_fits(known: Parameters) -> str:
    needer = YOU if known["to"] == TO_CITY else Party(name=known["other"])
    theme, title = Theme.of(known, known["supported"]), known.get("need_title")
    given = f" and gives {SUPPORTS[known['support']]}" if "support" in known else ""
    if theme.is_same:
        what = f"work on {theme.needed}" if title else f"this {theme.kind}"
    else:
        work = "work on " if title else ""
        what = f"{work}{theme.other(is_named=not title)}{',' if given else ''}"
    wanted = looked_for(known["mode"], title, theme.needed, needer)
    return f"{needer.first} {wanted}; “{known['programme']}” supports {what}{given}"


def _grant(known: Parameters) -> str:
    to_city, currency = known["to"] == TO_CITY, known["currency"]
    given = phrases.amounts(int(known["least"]), int(known["most"]), currency)
    gives = f"{'The' if to_city else 'Your'} programme gives {given} a grant"
    asked = phrases.amounts(int(known["asked_least"]), int(known["asked_most"]), known["asked_currency"])
    if "about_least" in known:
        about = phrases.amounts(int(known["about_least"]), int(known["about_most"]), currency, about=True)
        asked = f"{asked} ({about})"
    elif known["asked_currency"] != currency:
        asked = f"{asked} (we have no rate to {currency})"
    return f"{_asks(known)} for {asked}. {gives}"


def _grant_differs(known: Parameters) -> str:
    if known["to"] == TO_CITY:
        return f"The grants of “{known['programme']}” are mostly much {known['way']} than what you ask for"
    return f"{known['other']} asks for much {'less' if known['way'] == 'larger' else 'more'} than you mostly grant"


def _place_served(known: Parameters) -> str:
    if "region" in known:
        return f"“{known['programme']}” serves cities in {phrases.region(known['region'])}"
    if known["to"] == TO_CITY:
        return f"“{known['programme']}” serves cities in your country"
    return f"{known['other']} lies in a country that “{known['programme']}” serves"


def _asks(known: Parameters) -> str:
    return "You ask" if known["to"] == TO_CITY else f"{known['other']} asks"


SENTENCES: Final[Mapping[str, Callable[[Parameters], str]]] = {
    "need-met": lambda known: exchange_sentence(known, YOU, Party(name=known["other"])),
    "offer-wanted": lambda known: exchange_sentence(known, Party(name=known["other"]), YOU),
    "common-twin": lambda known: f"You are both partner cities of {known['through']}",
    "common-partner": lambda known: f"You both have a partnership with {known['through']}",
    "same-creative-field": lambda known: f"You are both {phrases.creative_cities(known['field'])}",
    "common-language": lambda known: f"You both named {phrases.language(known['language'])} as a working language",
    "distance-near": _distance,
    "size": lambda known: (
        f"You are of similar size: {phrases.two_populations(int(known['mine']), int(known['theirs']))}"
    ),
    "both-learning-cities": _both_learning_cities,
    "no-common-language": _no_common_language,
    "distance": _distance,
    "other-size": _other_size,
    "one-sided": _one_sided,
    "low-fit": _low_fit,
    "few-hours": _few_hours,
    "request-fits": _request_fits,
    "need-fits": _need_fits,
    "grant": _grant,
    "grant-differs": _grant_differs,
    "no-grant": lambda known: (
        f"{_asks(known)} for no money, so this comes with none: “{known['programme']}” grants money only on a request"
    ),
    "twin-of-partner": lambda known: (
        f"You have a partnership with {known['through']}, a partner city of {known['other']}"
    ),
    "partner-of-twin": lambda known: f"{known['other']} has a partnership with {known['through']}, your partner city",
    "place-served": _place_served,
}
"""By code; `docs/reasons.md` shows each."""
