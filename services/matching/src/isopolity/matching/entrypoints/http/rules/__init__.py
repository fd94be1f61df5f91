"""Rules of rounds over HTTP.

- `check`: a file of rules told back as sentences, or what to change in it.
"""
