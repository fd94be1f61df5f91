"""The audit of what a certificate says of all pairs, from the members as they were sealed with it.

- `sealed_members`: the sealed members: what scores, rules and places come from, under the numbers of the certificate.
- `meanings`: how near a need or a want is to what is offered, from subjects, topics and own words.
- `twinning_worth`: the score of one city with all others.
- `grant_worth`: the score of one programme with all cities.
- `rule_meanings`: which pairs a rule counts, and which it takes out.
- `claims`: the certificate as it is about members: places, prices, what pairs would pay.
- `result`: the result, in a sentence.
- `all_pairs`: the check of each row of pairs, of all rows or of rows drawn by a public seed.

Invariant: it shares no code with what finds, scores and prices pairs; it takes the public tables of neighbouring
subjects and of topics as they are.
"""
