"""The pages of a member's contacts, once they have signed in.

- `overview`: the first page: tasks, news, partnerships.
- `proposals`: a proposal and the member's answer; partnerships that stand, and whether each is shown publicly.
- `introductions`: introductions that a member asks for.
- `suggestions`: who would fit, and why; or why nobody fits, and the change that would help most.
- `fit`: one other member: what speaks for it, and what against.
- `profile`: a member's profile by steps; how much it takes on, and a pause.
- `avoided_countries`: countries with which a city cannot work.
- `requests`: what a city asks sponsors for: the list, the form, closing one.
- `contacts`: the people who answer for a member; a coordinator names a successor.
- `language`: the language of an account, chosen in the header.
- `data_file`: what is kept about a member, as one file.
"""

from typing import Final

from isopolity.portal.entrypoints.http.own import (
    avoided_countries,
    contacts,
    data_file,
    fit,
    introductions,
    language,
    overview,
    profile,
    proposals,
    requests,
    suggestions,
)

MODULES: Final = (
    introductions,
    language,
    profile,
    avoided_countries,
    requests,
    contacts,
    data_file,
    fit,
    overview,
    proposals,
    suggestions,
)
"""The modules whose routes are pages."""
