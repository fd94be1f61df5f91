"""Rules of rounds over HTTP.

- `check`: a file of rules as sentences, or the changes that it needs.
"""
