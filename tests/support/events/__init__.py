"""Events for tests, of every type in the catalogue.

- `golden_examples`: one whole message per event type, as on the day of its release.
- `strategies`: events drawn at random from the JSON Schemas.
- `personal_data`: the search for personal data in fields, texts and values.
"""
