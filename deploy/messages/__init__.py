"""The catalogues of the languages, in `shared/src/isopolity/languages/locale`: kept current, and checked.

- `sources`: all sentences that pages in languages have, in English.
- `files`: the text of a catalogue after these sentences.
- `faults`: what keeps a catalogue from being offered, a sentence each.

`python -m deploy.messages [--check | CODE]`, from the repository's root; docs/translating.md tells translators how.
"""
