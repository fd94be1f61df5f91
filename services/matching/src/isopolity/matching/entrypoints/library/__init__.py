"""The engine as a library: plain rows or frames in, the same kind out. `isopolity.matching` offers its names.

| module | what it does |
|---|---|
| `tables` | reads rows and frames as columns, and gives back the kind that came in |
| `scored_pairs` | makes a numbered problem of scored pairs, capacities and rules |
| `assigning` | `assign`: chooses pairs |
| `choice` | what was chosen, and the proof of how good it is |
| `certificates` | a certificate to keep, and to verify |
| `values` | single values of a member's row |
| `member_rows` | members, requests and ties from rows, as the services know them |
| `members` | `Members`: who would suit whom, why, and whole rounds |
| `findings` | what `Members` answers |

Its invariant: wrong input raises an error of `MatchingError` that is a ValueError too, in one sentence; nothing else.
"""
