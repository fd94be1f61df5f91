"""Compiled look-ups of the first stage: what the needs, offers and languages of one city are worth with any other's."""

import numpy as np

from isopolity.matching.adapters.first_stage.inputs import Inputs
from isopolity.matching.arrays import Floats32, Unsigned32, Unsigned64
from isopolity.matching.compiled import borrowing


@borrowing
def fill_tables(city: int, inputs: Inputs, tables: Unsigned32) -> None:
    """By mobility and kind: what an offer would meet of this city's needs, and what of a need of it, this city."""
    kinds, mine = len(inputs.logs), inputs.mobility[city]
    tables[:] = 0
    for other in range(4):
        met, wanted = tables[0, other * kinds : (other + 1) * kinds], tables[1, other * kinds : (other + 1) * kinds]
        for slot in range(len(inputs.needs)):
            weights = inputs.logs[np.int64(inputs.needs[slot, city]) - mine * kinds]
            for kind in range(kinds):
                met[kind] += weights[kind]
        can = inputs.possible[mine, other]
        for kind in range(kinds):
            met[kind] &= can[kind]
        for slot in range(len(inputs.offers)):
            offer = np.int64(inputs.offers[slot, city]) - mine * kinds
            if inputs.possible[other, mine, offer] != 0:
                weights = inputs.logs_by_offer[offer]
                for kind in range(kinds):
                    wanted[kind] += weights[kind]


@borrowing
def speak(mine: Unsigned64, theirs: Unsigned64, weight: float, spoken: Floats32) -> None:
    """What a common language is worth: all of the weight or nothing, and half of it where a side has named none."""
    half = np.float32(0.5) * weight
    speaks, nothing = np.uint64(0), np.uint64(0)
    for word in range(len(mine)):
        speaks |= mine[word]
    for at in range(theirs.shape[1]):
        common, known = nothing, nothing
        for word in range(len(mine)):
            common |= mine[word] & theirs[word, at]
            known |= theirs[word, at]
        spoken[at] = half if speaks == nothing or known == nothing else weight if common != nothing else np.float32(0)
