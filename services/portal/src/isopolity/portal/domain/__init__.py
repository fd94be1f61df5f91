"""Decisions that the portal makes by itself.

- `session`: who has signed in, as whom, with which browser, and until when; a form that outlives it.
- `agenda`: a member's tasks, the most urgent first, what comes, and what was done.
- `reasons`: where two members meet, read from the reasons that one of them gets.
- `dealings`: what was suggested to a member, what it asked for and agreed, and the places that takes.
- `introduction`: whom a member asks to be introduced to.
- `desk`: the tasks of the office, and the person of staff who has taken each.
- `steps/`: a profile as forms, saved one by one.
- `programmes/`: a partner's programmes.
- `rules/`: rules of a round as sentences with fields, and as the text of a file.
- `requests/`: a city's requests to sponsors, as it sees them itself.
- `chosen_settings`: settings that staff chooses.
- `examples`: pairs of cities for the first page, of which one looks for what the other offers.
- `selection`: what people choose in a list, and its address; pairs that they tick.
- `member_columns`: columns, orders and filters of staff's lists of members.
- `bulk_acts`: what staff does for many members at once, for whom, and why not for others.
- `typed_values`: numbers, days and lists in what was typed, or in JSON of no fixed form.
- `maps/`: where cities lie, in the units of a picture.
- `drawings`: charts and lines of numbers.
"""
