"""The sentence of a need that an offer of the other side meets, from the parameters of its reason.

A need and an offer are named by their own titles, quoted as written, else by mode and subject, or by the topic on which
the two meet. Invariant: a clause is translated as a whole, and in what it is joined of no name needs a case or gender.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from isopolity.wording import phrases
from isopolity.wording.voices import Voice

Parameters = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One side of a pair in a sentence: “you offer” if it `reads` the sentence, else “Lyon offers”."""

    name: str
    reads: bool = False

    @property
    def first(self) -> str:
        """The name as the first word of a sentence in English: “You”, “Lyon”."""
        return "You" if self.reads else self.name

    @property
    def within(self) -> str:
        """Inside a sentence in English: “you”, “Lyon”."""
        return "you" if self.reads else self.name


YOU: Final = Party(name="", reads=True)


class Theme(NamedTuple):
    """The topic or the subject on which a need and an offer meet, as each side names it."""

    is_topic: bool
    needed: str
    offered: str

    @classmethod
    def of(cls, voice: Voice, known: Parameters, offered: str) -> "Theme":
        """The topics of the parameters, or else the subjects; `offered` is the subject of what is offered."""
        if "topic" in known:
            topic = known["topic"]
            return cls(True, voice.topic(topic), voice.topic(known.get("offer_topic", topic)))
        return cls(False, voice.subject(known["subject"]), voice.subject(offered))

    @property
    def is_same(self) -> bool:
        """Whether both sides call it by one name."""
        return self.needed == self.offered

    def other(self, voice: Voice, *, is_named: bool) -> str:
        """The offered theme where it is not the needed one: “a near topic, family education”.

        If the sentence has not named what is needed, “a near topic: family education, near to adult literacy”.
        """
        themes = {"offered": self.offered, "needed": self.needed}
        if is_named:
            if self.is_topic:
                return voice.say("a near topic, {offered}", **themes)
            return voice.say("a related subject, {offered}", **themes)
        if self.is_topic:
            return voice.say("a near topic: {offered}, near to {needed}", **themes)
        return voice.say("a related subject: {offered}, related to {needed}", **themes)


def exchange_sentence(voice: Voice, known: Parameters, needer: Party, offerer: Party) -> str:
    """“Graz is looking for a study visit on literacy; Lyon offers one.”; with `level`, also the offer's rating."""
    rated = _rated(voice, known["level"], offerer) if "level" in known else ""
    return voice.whole(voice.joined(wanted(voice, known, needer), offers(voice, known, offerer), rated))


def wanted(voice: Voice, known: Parameters, needer: Party) -> str:
    """The clause of the need: “You are looking for a webinar on literacy”."""
    return looked_for(voice, known, known["need_mode"], _theme(voice, known).needed, needer)


def looked_for(voice: Voice, known: Parameters, mode: str, theme: str, party: Party) -> str:
    """A need of a party, by its title where it has one: “You look for “Evening classes” (a webinar)”."""
    values = {"name": party.name, "mode": voice.mode(mode), "theme": theme}
    if title := known.get("need_title"):
        values["title"] = voice.title(title, known.get("need_language"))
        if party.reads:
            return voice.say("You look for “{title}” ({mode})", **values)
        return voice.say("{name} looks for “{title}” ({mode})", **values)
    if party.reads:
        return voice.say("You are looking for {mode} on {theme}", **values)
    return voice.say("{name} is looking for {mode} on {theme}", **values)


def offers(voice: Voice, known: Parameters, offerer: Party) -> str:
    """The clause of the offer: “you offer one on a related subject, quality education”."""
    mode, theme = known["offer_mode"], _theme(voice, known)
    is_same_mode, is_named = mode == known["need_mode"], "need_title" not in known
    values = {"name": offerer.name, "mode": voice.mode(mode)}
    if title := known.get("offer_title"):
        values |= {"title": voice.title(title, known.get("offer_language")), "on": _on(voice, theme, is_named=is_named)}
        return _titled(voice, offerer, values, is_same_mode=is_same_mode)
    if is_named and theme.is_same:
        return _of_this_theme(voice, offerer, values, is_same_mode=is_same_mode, is_counted=phrases.is_counted(mode))
    values["on"] = _on(voice, theme, is_named=is_named)
    if is_same_mode and phrases.is_counted(mode):
        return (
            voice.say("you offer one {on}", **values)
            if offerer.reads
            else voice.say("{name} offers one {on}", **values)
        )
    if offerer.reads:
        return voice.say("you offer {mode} {on}", **values)
    return voice.say("{name} offers {mode} {on}", **values)


def _titled(voice: Voice, offerer: Party, values: Mapping[str, str], *, is_same_mode: bool) -> str:
    if offerer.reads:
        if is_same_mode:
            return voice.say("you offer “{title}”, {on}", **values)
        return voice.say("you offer “{title}” ({mode}), {on}", **values)
    if is_same_mode:
        return voice.say("{name} offers “{title}”, {on}", **values)
    return voice.say("{name} offers “{title}” ({mode}), {on}", **values)


def _of_this_theme(
    voice: Voice, offerer: Party, values: Mapping[str, str], *, is_same_mode: bool, is_counted: bool
) -> str:
    """An offer on the theme that the need has just named."""
    if not is_same_mode:
        if offerer.reads:
            return voice.say("you offer {mode} on it", **values)
        return voice.say("{name} offers {mode} on it", **values)
    if is_counted:
        return voice.say("you offer one") if offerer.reads else voice.say("{name} offers one", **values)
    return voice.say("you offer it") if offerer.reads else voice.say("{name} offers it", **values)


def _theme(voice: Voice, known: Parameters) -> Theme:
    return Theme.of(voice, known, known.get("offer_subject", known["subject"]))


def _on(voice: Voice, theme: Theme, *, is_named: bool) -> str:
    """On what the two meet; what is needed is named where the sentence has not named it yet."""
    if not theme.is_same:
        return voice.say("on {theme}", theme=theme.other(voice, is_named=is_named))
    if is_named:
        return voice.say("on the same topic") if theme.is_topic else voice.say("on the same subject")
    if theme.is_topic:
        return voice.say("on the same topic: {theme}", theme=theme.needed)
    return voice.say("on the same subject: {theme}", theme=theme.needed)


def _rated(voice: Voice, level: str, offerer: Party) -> str:
    if offerer.reads:
        return voice.say("you rate yourselves {level} of 5", level=level)
    return voice.say("it rates itself {level} of 5", level=level)
