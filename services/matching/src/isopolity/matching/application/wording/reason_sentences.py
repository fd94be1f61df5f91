"""Reasons with their sentences in English, which events carry beside codes and parameters.

Invariant: a sentence says what its parameters say and nothing that would follow from them.
"""

from isopolity.matching.domain.side import Reason
from isopolity.wording.exchanges import Parameters, Party, exchange_sentence
from isopolity.wording.reasons import say
from isopolity.wording.voices import ENGLISH


def reason(code: str, parameters: Parameters) -> Reason:
    """The reason of this code, with its sentence."""
    return Reason(code=code, text=say(code, parameters), parameters=parameters)


def sentence_about(known: Reason, reader: str) -> str:
    """The sentence of a reason as a third person reads it, with the name of its `reader` in place of “you”.

    That is possible for a need or an offer that is met; other reasons keep their sentence.
    """
    parameters, name = known.parameters, Party(name=reader)
    match known.code:
        case "need-met":
            return exchange_sentence(ENGLISH, parameters, name, Party(name=parameters["other"]))
        case "offer-wanted":
            return exchange_sentence(ENGLISH, parameters, Party(name=parameters["other"]), name)
        case _:
            return known.text
