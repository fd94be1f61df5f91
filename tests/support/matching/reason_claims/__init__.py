"""The claim of each reason, checked against profiles and ties.

- `checked_reason`: a reason with the data that it may be about.
- `twinning_claims`: what two cities read of each other.
- `sponsorship_claims`: what a partner and a city read of each other.
- `claims`: the claims by code.
"""
