"""Reads of the directory, without locks.

- `conditions`: search criteria in SQL.
- `lists`: entries and pages of them.
- `atlas`: numbers and positions of cities and twinnings, in cells of the globe.
- `seeking_board`: cities that need and offer each subject.
"""
