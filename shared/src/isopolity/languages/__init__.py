"""Languages of pages and mails: which are offered, which one a reader wants, and their sentences (ADR 0129).

- `offered`: the languages, and the one that a browser asks for.
- `catalogues`: the sentences of a language, from its file in `locale/`; `make messages` keeps these files current.
"""
