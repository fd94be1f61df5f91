"""The steps of `build_demo.py`: read, merge, draw, write; no step reads the clock or shared random state.

- `files`: tables and lines in and out.
- `chance`: draws that repeat, a stream for each member.
- `countries`: the region, languages and income of each country.
- `members`: learning and creative cities, merged and placed.
- `leanings`: what a city is like, and which subjects that inclines it to.
- `themes`: the bank of what cities look for and offer, in their own words.
- `wordings`: which of these words were drawn how often, so that cities do not say the same.
- `interests`: draws a city's needs and offers from the bank.
- `profiles`: the whole profile of a city.
- `causes`: real grant-makers' causes in our subjects.
- `partners`: fictional partners and what they support.
- `asks`: requests of cities to sponsors.
"""
