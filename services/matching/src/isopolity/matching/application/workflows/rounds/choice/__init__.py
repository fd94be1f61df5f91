"""The choice of a round, and what it says of all pairs of its market.

- `round_choice`: from the candidates to the choice under rules and floors.
- `all_pairs`: the pairs beyond the candidates that are worth more than they would pay.
- `seal`: the members of a round as they are sealed with its certificate.
"""
