"""How much a member may state: limits that registry enforces and that pages, mails and documents name.

Invariant: a text that names one of these limits takes it from here, so that a change of the limit changes the text.
"""

from typing import Final

TITLE: Final = 80
"""The most characters of a title in the city's own words."""
ABOUT: Final = 300
"""The most characters that a member writes about who it is."""
PARAGRAPH: Final = 500
"""The most characters that a member writes about one need, offer or request."""
AVOIDED_COUNTRIES: Final = 10
"""The most countries that a city may avoid."""
