"""Interests: members that ask to be introduced, in the order in which things happen.

- `new_interest`: a member asks; public facts and its own acts decide, nothing else.
- `placement`: an interest becomes a yes to a proposal, an agreement with another interest, a proposal, or nothing.
- `rest`: the pairs that nobody proposes now, for an interest or otherwise.
- `expiry`: interests whose time is over.
"""
