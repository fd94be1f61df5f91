"""The steps in which a member's profile is filled in; where it is kept, they do not know.

- `fields`: fields of a form, each for a part of a profile.
- `step`: several fields as one form: a profile as the form shows it, and the change that the form is.
- `order`: the steps of each kind of member.
- `interest_rows`: needs and offers as fields.
- `people`: who applies, and whom they name, as fields.
- `effect`: what a change does to suggestions.
- `stated_profile`: what a member states, and what of it waits for the office.
"""
