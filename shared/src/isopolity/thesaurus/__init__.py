"""Topics: concepts of the UNESCO Thesaurus, by which members say what a need or an offer is about (ADR 0096).

- `concepts`: the concepts with their labels and neighbours, from `concepts.csv` and `labels_pt_zh.csv`.
"""
