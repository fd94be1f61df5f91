"""Sentences about pairs and rounds, made of facts.

- `exchange_sentences`: a need that an offer meets, by their own titles and topics.
- `reason_sentences`: a reason with its sentence, which `isopolity.wording` makes from code and parameters.
- `cautions`: reasons that two sides should bear in mind.
- `pair_reasons`: why two cities, or a programme and a city, should meet; for either side.
- `sides`: both sides of a pair with their reasons, as a proposal keeps them.
- `twinning_parts`: the parts of a twinning's score, and two partners compared by one part.
- `sponsorship_parts`: the parts of a sponsorship's score.
- `blocker_sentences`: why a pair is not proposed, why a member finds no partner, and what would help.
- `next_best`: the best other partner, and what decides between the two.
- `explanation_texts`: how two members are connected, what their profiles lack, and a pair in one paragraph.
- `explanation`: all of it about one pair.
- `round_sentences`: the gains of a round, why a round is empty, and why a pair is not in it.
- `portfolio_sentences`: the portfolio of a programme, and the requests that it finds.
- `rule_sentences`: each rule of a round, and the members and pairs that it is about.
- `rule_outcomes`: what became of the rules and floors of a round.

Invariant: a sentence is made of profiles, ties and weights alone, so that it contains nothing of anybody's answers.
"""
