"""Rounds under rules, from the choice to what a draft keeps of them.

- `under_rules`: the choice of a round under its rules and objective.
- `kept_rules`: the rules of a round in its draft, which people edit.
"""
