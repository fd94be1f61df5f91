"""Reads of the directory, without locks.

- `conditions`: search criteria in SQL.
- `lists`: entries and pages of them.
- `known_members`: the identities of members, from their documents.
- `atlas`: numbers and positions of cities and twinnings, in cells of the globe.
- `seeking_board`: cities that need and offer each subject.
"""
