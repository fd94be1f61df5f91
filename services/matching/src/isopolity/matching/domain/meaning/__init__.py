"""What needs and offers are about beyond their subjects: topics of the thesaurus, and the city's own words.

- `topic_closeness`: how close topics of a need are to those of an offer.
- `own_words`: the words of a text as weighted features, and what two texts have in common.
- `stems`: reads a text by the stems of its words; `everyday_words.txt` has the words that are left out, by language.
- `meanings`: topics and words of many needs and offers as arrays, and the nearness of any need to any offer.
"""
