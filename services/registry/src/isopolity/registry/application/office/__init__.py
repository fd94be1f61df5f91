"""Use cases of staff alone.

- `notes`: notes of the office about members; why one left or came back.
- `saved_lists`: lists of members that staff saves under a name.
- `open_proposals`: what a change of an entry does to open proposals, as staff reads it before.
- `words_of_rows`: words of needs and offers that a file leaves open, and a city's own words, which it does not replace.
"""
