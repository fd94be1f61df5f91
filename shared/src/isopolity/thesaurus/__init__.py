"""Topics: concepts of the UNESCO Thesaurus, by which members say what a need or an offer is about (ADR 0096).

- `concepts`: the concepts with their labels and neighbours, from `concepts.csv` and `labels_pt_zh.csv`.
- `closeness`: how near topics are to each other, by the graph of the thesaurus.
- `within_sentences`: a topic inside a sentence, without its capital letter.
- `words`: the words of a text and their stems, in seven languages.
- `index`: the labels of a language, and the network's own entry words (`entry_words.csv`), by stems.
- `search`: topics found by typing.
- `proposals`: topics proposed from one's own words.

`concepts`, `closeness` and `within_sentences` need the standard library only; the others need the extra `topics`.
"""
