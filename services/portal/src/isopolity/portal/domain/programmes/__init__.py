"""A partner's programmes and what it does with them.

- `charts`: bars of a chart.
- `choices`: what narrows the cities that a programme reaches.
- `criteria`: what of a programme decides which cities it reaches.
- `countries`: countries as people type them.
- `form`: a programme as a form.
- `pipeline`: what the partner did, with its days.
- `shortlist`: a city on the shortlist as a form.
- `life`: whether a programme waits, is open or closed, and how it is opened and closed.
"""
