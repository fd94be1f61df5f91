"""All pairs of a market, not only the best of each member.

- `full_scores`: pairs of cities with their full scores.
- `permitted_pairs`: all pairs that may be proposed and score enough.
"""
