"""The errors of matching; those about input of the library are also ValueErrors.

MatchingError
├── InvalidInput        a table or value given to the library cannot be used
├── UnknownProposal     there is no such proposal
├── UnknownPartnership  there is no such partnership
├── UnknownMember       there is no such member among the endorsed ones
├── NoPair              two members that cannot be partners of each other, whatever their profiles
├── InvalidWhatIf       a what-if that says nothing a member could be
├── InvalidWeights      weights that no score can be made with
├── InvalidChoice       a setting that staff cannot choose so
├── ChosenMeanwhile     somebody else has chosen settings since
├── GivesUpIntroductions  introductions that members asked for could not go out any more
├── InvalidScores       values of a part of a score that are no numbers from 0 to 1
├── UnknownRequest      there is no such open request, or no amount is set for it
├── InvalidAmount       amounts of a request that cannot be set
├── RuledOut            a public rule excludes the pair that a member asks for
├── AlreadyAsked        the member has asked for the pair, or said yes to it, and will hear
├── OwnNoRests          the member has said no to the pair, too lately to ask for it
├── EndedRests          the member's partnership in the pair ended too lately to ask for it again
├── OwnInterestRests    the member has asked for the pair before, too lately to ask again
├── TooManyInterests    the member has as many open interests as it may have
├── UnknownRound        there is no such round
├── UnknownDraft        there is no such draft
├── UnknownTemplate     there is no such template of rounds
├── TemplateNameTaken   another template of rounds has this name
├── TooManyTemplates    as many templates of rounds are saved as can be
├── EditedMeanwhile     a pair of the draft was edited since somebody looked
├── DraftIsClosed       the draft is superseded, discarded or expired, or what was asked is out already
├── NodeIsFull          an edge cannot be put into a choice: all edges of one end are fixed
├── EdgeIsOut           an edge cannot be taken out of a choice: it is published
├── RoundOver           the round is done, has failed or was cancelled
├── RoundCancelled      somebody cancelled the round that is being computed
├── ContradictoryRules  the rules of a round cannot all be kept
├── NoPermittedChoice   no choice was found that keeps all rules on groups of pairs
├── UnmetRules          no choice of the library keeps all minimum loads and rules on groups
├── InvalidRules        rules as they are written that cannot be read
├── InvalidCertificate  a document is no certificate, or proves nothing
├── UnreadableTable     a table of cities, countries, links or pairs cannot be read
├── UnusableModel       a model file of another version, damaged, or no model file
└── GraphNotReady       this instance has not yet read the network; ask again
    └── AnswersNotCounted   the answers of the years before are still being counted; ask again
"""

from collections.abc import Sequence


class MatchingError(Exception):
    """The root of matching's errors; the message is one sentence for the caller."""


class InvalidInput(MatchingError, ValueError):
    """A table or value given to the library cannot be used; the message names the row and the column."""


class UnknownProposal(MatchingError):
    """There is no such proposal."""


class UnknownPartnership(MatchingError):
    """There is no such partnership."""


class UnknownMember(MatchingError, ValueError):
    """There is no such endorsed member."""


class NoPair(MatchingError, ValueError):
    """Two members that cannot be partners: two programmes, or one member twice."""


class InvalidWhatIf(MatchingError, ValueError):
    """A what-if with codes that do not exist, or that does not go with the member."""


class InvalidChoice(MatchingError):
    """Staff cannot choose this value of a setting; the message says what to change."""


class ChosenMeanwhile(MatchingError):
    """Somebody else has chosen settings since; nothing was changed."""


class GivesUpIntroductions(MatchingError):
    """With more days to answer, `number` introductions that members asked for could not go out any more."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"With so many days, introductions that members have asked for could not go out any more: {number}. "
            "Confirm that number with gives_up, or choose fewer days."
        )
        self.number = number


class InvalidWeights(MatchingError, ValueError):
    """Weights that no score can be made with."""


class InvalidLegalActs(MatchingError, ValueError):
    """A list of legal acts with a mistake."""


class InvalidScores(MatchingError, ValueError):
    """Values of a part of a score that are not numbers from 0 to 1."""


class GraphNotReady(MatchingError):
    """The graph reader has not caught up yet."""


class AnswersNotCounted(GraphNotReady):
    """Answers that were given before there were counts are still being counted; rounds wait for it."""


class UnknownRequest(MatchingError):
    """There is no such open request, or no amount is set for it."""


class InvalidAmount(MatchingError):
    """Amounts of a request that cannot be set; the message says why."""


class RuledOut(MatchingError):
    """A public rule excludes the pair; the message is the rule's own sentence, or the sentences of several."""


class AlreadyAsked(MatchingError):
    """The member has asked for the pair, or said yes to it; the message says by when it will hear."""


class OwnNoRests(MatchingError):
    """The member has said no to the pair; the message says until when that rests."""


class EndedRests(MatchingError):
    """The member's partnership in the pair has ended; the message says until when the pair rests."""


class OwnInterestRests(MatchingError):
    """The member has asked for the pair before; the message says until when the pair rests."""


class TooManyInterests(MatchingError):
    """The member has as many open interests as it may have."""


class UnknownRound(MatchingError):
    """There is no such round."""


class UnknownTemplate(MatchingError):
    """There is no such template of rounds."""


class TemplateNameTaken(MatchingError):
    """Another template of rounds has this name."""


class TooManyTemplates(MatchingError):
    """As many templates of rounds are saved as can be."""


class UnknownDraft(MatchingError):
    """There is no such draft."""


class DraftIsClosed(MatchingError):
    """The draft cannot be edited or published any more, or not in this way; the message says why."""


class EditedMeanwhile(MatchingError):
    """A pair of the draft was edited since somebody looked at it; nothing was changed."""


class NodeIsFull(MatchingError):
    """All edges of a node are pinned or published, and its capacity is used up."""

    def __init__(self, node: int) -> None:
        super().__init__(f"Node {node} has no capacity left for another edge.")
        self.node = node


class EdgeIsOut(MatchingError):
    """The edge is published and stays."""

    def __init__(self) -> None:
        super().__init__("The edge is published.")


class RoundOver(MatchingError):
    """The round is over, so that it can no longer be changed."""


class RoundCancelled(MatchingError):
    """The round was cancelled while it was computed."""


class ContradictoryRules(MatchingError, ValueError):
    """The rules of a round cannot all be kept; the message names the pair or the member."""


class NoPermittedChoice(MatchingError, ValueError):
    """No choice was found that keeps all rules of a round.

    `shortfalls`: (position, by how much) of each rule that the best attempt breaks; `conflict`: positions of rules that
    cannot hold together, none of which could be left out, empty if none was found; `dual`: the dual values that prove
    that no choice keeps the rules, None if none were found.
    """

    def __init__(
        self, shortfalls: Sequence[tuple[int, int]], conflict: Sequence[int] = (), dual: object | None = None
    ) -> None:
        super().__init__("No choice was found that keeps all rules.")
        self.shortfalls, self.conflict, self.dual = shortfalls, conflict, dual

    @property
    def is_proved(self) -> bool:
        """Whether it is proved that no choice keeps the rules."""
        return self.dual is not None


class UnmetRules(MatchingError, ValueError):
    """No choice keeps all minimum loads and group rules of the library; `short` has a row for each that is missed."""

    def __init__(self, message: str, short: Sequence[object]) -> None:
        super().__init__(message)
        self.short = short


class InvalidRules(MatchingError, ValueError):
    """Rules that cannot be read; `sentences` has one for each mistake, which says what to change."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = tuple(sentences)


class InvalidCertificate(MatchingError, ValueError):
    """A document is not a certificate, or does not prove its claims; the message names the fault."""


class UnreadableTable(MatchingError):
    """A table cannot be read; the message names the file, the line and what to change."""


class UnusableModel(MatchingError, ValueError):
    """A model file has another version, is damaged, or is not a model file."""
