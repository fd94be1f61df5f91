"""The sentence of each reason, by its code, made of its parameters alone; and a need that another city's offer meets.

Invariant: a sentence says what its parameters say and nothing that would follow from them, and no other words are
needed to say it in another language. Lists are separated by blanks, amounts are whole units, populations exact. An
exchange is made of a match alone, so it names a need and an offer that stand in the profiles.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.contracts.codes import SUPPORTS
from isopolity.matching.application.wording import phrases
from isopolity.matching.domain.scores.fit import Match
from isopolity.matching.domain.side import Reason

Named = tuple[str, str]
"""A need or an offer by its subject and its mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One side of a pair in a sentence: “you offer” if it `reads` the sentence, else “Lyon offers”."""

    name: str
    reads: bool = False

    @property
    def first(self) -> str:
        """The name as the first word of a sentence: “You”, “Lyon”."""
        return "You" if self.reads else self.name

    @property
    def within(self) -> str:
        """Inside a sentence: “you”, “Lyon”."""
        return "you" if self.reads else self.name

    @property
    def itself(self) -> str:
        """“yourselves”, “itself”."""
        return "yourselves" if self.reads else "itself"

    def verb(self, plural: str, singular: str) -> str:
        """The form that goes with “you” or with a name."""
        return plural if self.reads else singular


def exchange(match: Match, needer: Party, offerer: Party) -> str:
    """“You are looking for a study visit on literacy; Lyon offers one and rates itself 4 of 5.”"""
    need, offer = match.need, match.offer
    return said((need.subject, need.mode), (offer.subject, offer.mode), str(offer.intensity), needer, offerer)


def said(need: Named, offer: Named, level: str, needer: Party, offerer: Party) -> str:
    """The exchange of a need and an offer, each its subject and mode; `level` is the offer's intensity."""
    return phrases.sentence(
        f"{needer.first} {needer.verb('are', 'is')} looking for {phrases.a_mode(need[1])} on "
        f"{phrases.subject(need[0])}; {offerer.within} {offerer.verb('offer', 'offers')} {_offered(need, offer)} and "
        f"{offerer.verb('rate', 'rates')} {offerer.itself} {level} of 5."
    )


def in_brief(met: Sequence[Match], wanted: Sequence[Match], me: Party, other: Party) -> Sequence[str]:
    """The best each way, for a paragraph: “You are looking for … . In turn, Graz is looking for … .”"""
    gained = [f"{me.first} {_brief(match, me, other)}" for match in met[:1]]
    if not gained:
        return [phrases.sentence(f"{other.first} {_brief(match, other, me)}") for match in wanted[:1]]
    given = [f"In turn, {other.within} {_brief(match, other, me)}" for match in wanted[:1]]
    return [phrases.sentence(text) for text in (*gained, *given)]


def distinct_matches(matches: Sequence[Match], limit: int) -> Sequence[Match]:
    """The `limit` strongest matches, each subject once as a need and once as an offer."""
    found: list[Match] = []
    seen: set[tuple[str, str]] = set()
    for match in matches:
        names = {("need", match.need.subject), ("offer", match.offer.subject)}
        if not names & seen:
            found.append(match)
            seen |= names
        if len(found) == limit:
            break
    return found


def _brief(match: Match, needer: Party, offerer: Party) -> str:
    need, offer = (match.need.subject, match.need.mode), (match.offer.subject, match.offer.mode)
    return (
        f"{needer.verb('are', 'is')} looking for {phrases.a_mode(need[1])} on {phrases.subject(need[0])}, and "
        f"{offerer.within} {offerer.verb('offer', 'offers')} {_offered(need, offer).removesuffix(',')}"
    )


def _offered(need: Named, offer: Named) -> str:
    subject, mode = offer
    if phrases.subject(need[0]) != phrases.subject(subject):
        what = "one" if need[1] == mode and phrases.is_counted(mode) else phrases.a_mode(mode)
        return f"{what} on a related subject, {phrases.subject(subject)},"
    if need[1] != mode:
        return f"{phrases.a_mode(mode)} on it"
    return "one" if phrases.is_counted(mode) else "it"


Parameters = Mapping[str, str]
TO_CITY: Final = "city"
TO_PARTNER: Final = "partner"
"""Values of the parameter `to`: which side of a sponsorship reads it; `other` is the name of the other one."""
_YOU: Final = Party(name="", reads=True)
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
    work = "work" if set(own) & set(asked) else "related work,"
    return f"{phrases.on_subjects(asked)}; {programme} supports {work} {phrases.on_subjects(list(dict.fromkeys(own)))}"


def _exchanged(known: Parameters, needer: Party, offerer: Party) -> str:
    need = known["subject"], known["need_mode"]
    offer = known.get("offer_subject", known["subject"]), known["offer_mode"]
    return said(need, offer, known["level"], needer, offerer)


def _both_learning_cities(known: Parameters) -> str:
    mine, theirs, other = known["mine"], known["theirs"], known["other"]
    years = f"both since {mine}" if mine == theirs else f"you since {mine}, {other} since {theirs}"
    return f"You are both UNESCO Learning Cities, {years}"


def _other_size(known: Parameters) -> str:
    mine, theirs = int(known["mine"]), int(known["theirs"])
    larger = "larger" if theirs > mine else "smaller"
    return f"{known['other']} is {larger}: {phrases.people(theirs)} people to your {phrases.people(mine)}"


def _distance(known: Parameters) -> str:
    km = int(known["km"])
    return "You lie next to each other" if km < _BESIDE_KM else f"You lie about {phrases.kilometres(km)} apart"


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


SENTENCES: Final[Mapping[str, Callable[[Parameters], str]]] = {
    "need-met": lambda known: _exchanged(known, _YOU, Party(name=known["other"])),
    "offer-wanted": lambda known: _exchanged(known, Party(name=known["other"]), _YOU),
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
    "request-fits": _request_fits,
    "need-fits": _need_fits,
    "grant": _grant,
    "twin-of-partner": lambda known: (
        f"You have a partnership with {known['through']}, a partner city of {known['other']}"
    ),
    "partner-of-twin": lambda known: f"{known['other']} has a partnership with {known['through']}, your partner city",
    "place-served": _place_served,
}
"""By code; `docs/reasons.md` shows each."""
