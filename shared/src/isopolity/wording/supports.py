"""The sentences of a sponsorship: a request or a need that a programme fits, and its grants.

Invariant: amounts are whole units of the currencies in which they were stated; what is converted says “about”.
"""

from typing import Final

from isopolity.wording.exchanges import YOU, Parameters, Party, Theme, looked_for
from isopolity.wording.voices import Voice

TO_CITY: Final = "city"
TO_PARTNER: Final = "partner"
"""Values of the parameter `to`: which side of a sponsorship reads it; `other` is the name of the other one."""


def covered(voice: Voice, known: Parameters) -> str:
    """The topics asked for, and those that the programme supports: “on literacy, which “Reading” supports”.

    Subjects stand in for topics if no topics meet.
    """
    programme = known["programme"]
    if "topic" in known:
        theme = Theme.of(voice, known, "")
        if theme.is_same:
            return voice.say("on {theme}, which “{programme}” supports", theme=theme.needed, programme=programme)
        what = theme.other(voice, is_named=True)
        return voice.say(
            "on {theme}; “{programme}” supports {what}", theme=theme.needed, programme=programme, what=what
        )
    asked, own = known["subjects"].split(), known["supported"].split()
    theme_asked, offered = voice.subjects(asked), voice.subjects(list(dict.fromkeys(own)))
    if asked == own:
        return voice.say("on {theme}, which “{programme}” supports", theme=theme_asked, programme=programme)
    values = {"theme": theme_asked, "programme": programme, "offered": offered}
    if set(own) & set(asked):
        return voice.say("on {theme}; “{programme}” supports work on {offered}", **values)
    return voice.say("on {theme}; “{programme}” supports related work, on {offered}", **values)


def request_fits(voice: Voice, known: Parameters) -> str:
    """What a city asks for, and that the programme supports it."""
    values = {
        "other": known["other"],
        "request": voice.title(known["request"], known.get("request_language")),
        "covered": covered(voice, known),
    }
    if known["to"] == TO_CITY:
        return voice.say("You ask for support for “{request}”, {covered}", **values)
    return voice.say("{other} asks for support for “{request}”, {covered}", **values)


def need_fits(voice: Voice, known: Parameters) -> str:
    """What a city looks for, and that the programme supports it."""
    needer = YOU if known["to"] == TO_CITY else Party(name=known["other"])
    theme = Theme.of(voice, known, known["supported"])
    values = {"programme": known["programme"], "what": _supported(voice, theme, is_titled="need_title" in known)}
    if "support" not in known:
        gives = voice.say("“{programme}” supports {what}", **values)
    elif theme.is_same:
        gives = voice.say("“{programme}” supports {what} and gives {support}", support=_given(voice, known), **values)
    else:
        gives = voice.say("“{programme}” supports {what}, and gives {support}", support=_given(voice, known), **values)
    return voice.joined(looked_for(voice, known, known["mode"], theme.needed, needer), gives)


def _given(voice: Voice, known: Parameters) -> str:
    return voice.support(known["support"])


def _supported(voice: Voice, theme: Theme, *, is_titled: bool) -> str:
    if theme.is_same:
        if is_titled:
            return voice.say("work on {theme}", theme=theme.needed)
        return voice.say("this topic") if theme.is_topic else voice.say("this subject")
    other = theme.other(voice, is_named=not is_titled)
    return voice.say("work on {theme}", theme=other) if is_titled else other


def grant(voice: Voice, known: Parameters) -> str:
    """What is asked for, and what a grant of the programme is."""
    currency, asked_currency = known["currency"], known["asked_currency"]
    asked = amounts(voice, int(known["asked_least"]), int(known["asked_most"]), asked_currency)
    if "about_least" in known:
        about = _about(voice, int(known["about_least"]), int(known["about_most"]), currency)
        asked = voice.say("{amount} ({converted})", amount=asked, converted=about)
    elif asked_currency != currency:
        asked = voice.say("{amount} (we have no rate to {currency})", amount=asked, currency=currency)
    given = amounts(voice, int(known["least"]), int(known["most"]), currency)
    if known["to"] == TO_CITY:
        return voice.say("You ask for {asked}. The programme gives {given} a grant", asked=asked, given=given)
    values = {"other": known["other"], "asked": asked, "given": given}
    return voice.say("{other} asks for {asked}. Your programme gives {given} a grant", **values)


def amounts(voice: Voice, low: int, high: int, currency: str) -> str:
    """A range of money: “12,000 to 30,000 USD”, “up to 30,000 USD”."""
    values = {"low": voice.number(low), "high": voice.number(high), "currency": currency}
    if low == high:
        return voice.say("{high} {currency}", **values)
    if low > 0:
        return voice.say("{low} to {high} {currency}", **values)
    return voice.say("up to {high} {currency}", **values)


def _about(voice: Voice, low: int, high: int, currency: str) -> str:
    values = {"low": voice.number(low), "high": voice.number(high), "currency": currency}
    if low == high:
        return voice.say("about {high} {currency}", **values)
    if low > 0:
        return voice.say("about {low} to {high} {currency}", **values)
    return voice.say("up to about {high} {currency}", **values)


def no_grant(voice: Voice, known: Parameters) -> str:
    """That the city asks for no money, which the programme grants only on a request."""
    if known["to"] == TO_CITY:
        return voice.say(
            "You ask for no money, so this comes with none: “{programme}” grants money only on a request",
            programme=known["programme"],
        )
    return voice.say(
        "{other} asks for no money, so this comes with none: “{programme}” grants money only on a request",
        other=known["other"],
        programme=known["programme"],
    )


def grant_differs(voice: Voice, known: Parameters) -> str:
    """That grants are mostly much larger, or much smaller, than what is asked for."""
    if known["to"] == TO_CITY:
        programme = known["programme"]
        if known["way"] == "larger":
            return voice.say(
                "The grants of “{programme}” are mostly much larger than what you ask for", programme=programme
            )
        return voice.say(
            "The grants of “{programme}” are mostly much smaller than what you ask for", programme=programme
        )
    if known["way"] == "larger":
        return voice.say("{other} asks for much less than you mostly grant", other=known["other"])
    return voice.say("{other} asks for much more than you mostly grant", other=known["other"])


def place_served(voice: Voice, known: Parameters) -> str:
    """That the programme serves the region or the country of the city."""
    programme = known["programme"]
    if "region" in known:
        return voice.say(
            "“{programme}” serves cities in {region}", programme=programme, region=voice.region(known["region"])
        )
    if known["to"] == TO_CITY:
        return voice.say("“{programme}” serves cities in your country", programme=programme)
    return voice.say("{other} lies in a country that “{programme}” serves", other=known["other"], programme=programme)
