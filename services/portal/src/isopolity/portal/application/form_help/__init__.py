"""What helps to fill in the steps of a profile.

- `lookups`: what a form asks for by another button than “Save”.
- `subjects`: subjects by the words that people use for them.
"""
