"""Routes below `/matching/v1/members`, except those of `absence` and `proposals`.

- `answers`: the counts of a member's own answers.
- `interests`: a member asks to be introduced, and reads what it has asked for.
- `departures`: previews of the consequences of a member's leaving or merger.
- `noticed`: members that staff looks after.
"""
