"""Sentences about pairs and rounds, made of facts.

- `phrases`: codes and numbers as a person would say them.
- `exchanges`: what one city could give another.
- `connections`: how two members are connected already.
- `reason_sentences`: the sentence of each reason, from its code and parameters.
- `twinning_reasons`: why two cities should meet, told to one of them.
- `sponsorship_reasons`: why a programme and a city should meet, told to either.
- `sides`: both sides of a pair with their reasons, as a proposal keeps them.
- `two_partners`: two partners of one member, compared.
- `twinning_parts`: the parts of a twinning's score.
- `sponsorship_parts`: the parts of a sponsorship's score.
- `blocker_sentences`: why a pair is not proposed.
- `profile_gaps`: what the profiles of a pair do not tell.
- `next_best`: the best other partner, and what decides between the two.
- `paragraphs`: a pair in one paragraph for a mail.
- `explanation`: all of it about one pair.
- `absence/`: why there is none.
- `round_gains`: the gains of a round.
- `money/`: a portfolio of a programme.
- `rules/`: the rules of a round, and what became of them.

Invariant: a sentence is made of profiles, ties and weights alone, so that nothing of anybody's answers is in it.
"""
