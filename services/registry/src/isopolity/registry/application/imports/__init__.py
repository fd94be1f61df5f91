"""Imports: what many rows say is compared with what is stored, a chunk at a time, and only differences are written.

- `effects`: what each row does to what is stored, for who looks before doing it.
- `prepared`: an import that is looked at before it is done.
- `rows`: rows, what they point to, and the outcome.
- `lookup`: finds members by name where a row has no id.
- `members`: rows of cities or partners, with their people.
- `belongings`: rows of requests and of twinnings.

Invariant: a row that says what is stored already changes nothing and publishes nothing; a row that cannot be taken
becomes a problem with its line and leaves the others alone. Events carry `bulk`, so that no suggestion follows.
"""
