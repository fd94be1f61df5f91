"""Rules of a round that staff can take over and change, as `docs/rules.md` explains them.

Invariant: each is read by matching as its title says.
"""

from typing import Final

TITLES: Final = {
    "region": "At least 5 twinnings with a city of Africa",
    "within": "At most 10 twinnings between two cities of Europe and North America",
    "abroad": "No twinning within one country",
    "newcomers": "At least 1 pair for each city without a tie, as far as it has room and candidates",
    "small": "At most 2 pairs for each city with at most 100,000 people",
    "share": "At least 60 % of the cities of the Arab States with room get a pair",
    "language": "Only twinnings of cities with a known working language in common",
}
TEXTS: Final = {
    "region": """[[rules]]
name = "Africa"
pairs = "twinnings"
including = { region = "africa" }
at_least = 5
""",
    "within": """[[rules]]
name = "Europe among itself"
pairs = "twinnings"
between = [{ region = "europe-north-america" }, { region = "europe-north-america" }]
at_most = 10
""",
    "abroad": """[[rules]]
name = "abroad"
within = "country"
at_most = 0
""",
    "newcomers": """[[rules]]
name = "newcomers"
each = { without_tie = true }
at_least = 1
""",
    "small": """[[rules]]
name = "work for small places"
each = { people_at_most = 100000 }
at_most = 2
""",
    "share": """[[rules]]
name = "Arab States"
serve = { region = "arab-states" }
at_least_percent = 60
""",
    "language": """[[rules]]
name = "they can talk"
common_language = true
pairs = "twinnings"
""",
}
