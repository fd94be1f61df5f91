"""Why a member finds no partner, and what would help, by what everybody states publicly.

- `changes`: the changes of a city or a programme that could help it.
- `public_round`: one owner of capacity with all possible partners, and what it gets in the public round.
- `missing_requests`: the requests that a programme of money could meet, and the cities that could make one.
- `best_change`: the one change that helps most, by solving again.

Invariant: nothing here depends on proposals, answers, reservations, contacts or pauses, nor on ties of others that are
not public; so a member reads the same, whatever others do with its proposals.
"""
