"""The steps in which a member's profile is filled in; where it is kept, they do not know.

- `fields`: fields of a form, each for a part of a profile.
- `interests`: needs and offers as fields.
- `ways`: ways of meeting that contradict each other.
- `people`: who applies, and whom they name, as fields.
- `step`: several fields as one form; a profile as it is stated.
- `effect`: who would fit after a change, compared with before.
- `order`: the steps of each kind of member, and those of an application.
"""
