"""The pairs of a draft that people put in or left out, and have neither freed nor undone since."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from isopolity.matching.domain.drafts.draft import Act, DraftEdit
from isopolity.matching.domain.round_rules import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsByHand:
    """The last edit by hand of each pair; a later edit of another pair may have displaced one that was put in."""

    put_in: frozenset[Pair]
    left_out: frozenset[Pair]

    @classmethod
    def of(cls, edits: Iterable[DraftEdit]) -> Self:
        """Collect the pairs from all edits of a draft, in their order; pins and bans are not counted as by hand."""
        made = list(edits)
        undone = {edit.undoes for edit in made}
        is_in: dict[Pair, bool] = {}
        for edit in made:
            if edit.pair is None or edit.act is Act.UNDO or edit.number in undone:
                continue
            pair = min(edit.pair, edit.pair[::-1])
            is_in.pop(pair, None)
            if edit.act in (Act.PUT_IN, Act.LEAVE_OUT, Act.REPLACE):
                is_in[pair] = edit.act is Act.PUT_IN
            if edit.by_pair is not None:
                is_in[min(edit.by_pair, edit.by_pair[::-1])] = True
        return cls(
            put_in=frozenset(pair for pair, each in is_in.items() if each),
            left_out=frozenset(pair for pair, each in is_in.items() if not each),
        )
