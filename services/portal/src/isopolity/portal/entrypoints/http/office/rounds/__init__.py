"""Rounds of the network, as staff works with them: drafts looked at, edited, published, followed.

- `overview`: all rounds and drafts.
- `frame`: what all pages of one round show, and until when its publication can be undone.
- `summary`: a round with its draft: figures, fairness, gains, rules, who falls short.
- `pairs`: the pairs of a draft, and each as both sides would read of it.
"""

from typing import Final

from isopolity.portal.entrypoints.http.office.rounds import overview, pairs, summary

MODULES: Final = (overview, summary, pairs)
"""The modules whose routes are pages."""
