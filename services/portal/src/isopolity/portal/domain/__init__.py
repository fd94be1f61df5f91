"""What the portal decides by itself.

- `introduction`: whom a member asks to be introduced to.
- `agenda`: what awaits a member, the most urgent first.
- `browser`: the program in which somebody reads, as it names itself.
- `dealings`: what was suggested to a member, what it asked for and agreed, and the places that takes.
- `desk`: what waits for the office, and who of staff has taken it.
- `interests`: needs and offers as fields of a form.
- `application_draft`: a draft of an application, and its steps.
- `json_values`: what JSON of no fixed form holds.
- `kept_form`: a form that was filled in as a session ended.
- `place`: a place of the gazetteer.
- `steps/`: a profile as forms, saved one by one.
- `programmes/`: a partner's programmes.
- `session`: who has signed in, as whom, and until when.
- `chosen_settings`: settings that staff chooses.
- `selection`: what people choose in a list, and its address.
- `drafts/`: drafts of rounds, as the office edits and looks at them.
- `trend`: a row of numbers as a line.
- `world_map`: where a place lies on the maps.
- `whole_number`: a whole number that somebody typed.
"""
