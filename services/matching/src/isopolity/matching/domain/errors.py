"""The errors of matching.

MatchingError
├── UnknownProposal     there is no such proposal
├── UnknownMember       there is no such member among the endorsed ones
└── GraphNotReady       this instance has not yet read the network; ask again
"""


class MatchingError(Exception):
    """Root of matching's errors; the message is one sentence for the caller."""


class UnknownProposal(MatchingError):
    """There is no such proposal."""


class UnknownMember(MatchingError):
    """There is no such endorsed member."""


class GraphNotReady(MatchingError):
    """The graph reader has not caught up yet."""
