"""Why a member finds no partner, and what would help, by what everybody states publicly.

- `all_partners`: one holder of capacity with all possible partners: what rules each out, or its score; counted.
- `changes`: the changes of a city or a programme that could help it.
- `public_round`: the round over all public profiles, and what one owner of capacity gets in it.
- `best_change`: the one change that helps most, by solving again.

Invariant: nothing here depends on proposals, answers, reservations, contacts or pauses, nor on ties of others that are
not public; so a member reads the same, whatever others do with its proposals.
"""
