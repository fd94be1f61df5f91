"""The sentences of reasons, from their codes and parameters (ADR 0129).

- `phrases`: codes and numbers as a person would say them in English.
- `voices`: names, numbers and lists as a sentence in English has them.
- `exchanges`: a need of one side that an offer of the other meets.
- `supports`: a request or a need that a programme fits, and grants.
- `reasons`: the sentence of each code.

Invariant: English needs neither Babel nor a catalogue, because the library of matching does without them (ADR 0037).
"""
