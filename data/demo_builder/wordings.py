"""Which wordings and last sentences have been drawn so far, so that cities do not say the same.

Invariant: a wording is drawn at most `MOST` times in the whole network, and a last sentence, too.
"""

from collections import Counter
from collections.abc import Sequence

from demo_builder.chance import Chance
from demo_builder.themes import Wording

MOST = 5


class Drawn:
    """Counts of texts drawn."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()

    def left(self, wordings: Sequence[Wording]) -> list[Wording]:
        """Return the wordings that may be drawn once more."""
        return [each for each in wordings if self._times[each.text] < MOST]

    def wording(self, chance: Chance, wordings: Sequence[Wording]) -> Wording:
        """Return one of the wordings that were drawn least, and count it."""
        text = self._rarest(chance, [each.text for each in wordings])
        return next(each for each in wordings if each.text == text)

    def last_sentence(self, chance: Chance, sentences: Sequence[str]) -> str:
        """Return one of the sentences that were drawn least, and count it; empty where all were drawn often enough."""
        left = [sentence for sentence in sentences if self._times[sentence] < MOST]
        return self._rarest(chance, left) if left else ""

    def _rarest(self, chance: Chance, texts: Sequence[str]) -> str:
        fewest = min(self._times[text] for text in texts)
        text = chance.pick([text for text in texts if self._times[text] == fewest])
        self._times[text] += 1
        return text
