"""Interests: members that ask to be introduced, in the order in which things happen.

- `asking`: a member asks; public facts and its own acts decide, nothing else.
- `placing`: an interest becomes a yes to a proposal, an agreement with another interest, a proposal, or nothing.
- `rest`: the pairs that nobody proposes now, for an interest or otherwise.
- `closing`: interests whose time is over.
"""
