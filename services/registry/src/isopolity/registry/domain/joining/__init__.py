"""Who wants to join, until staff decides.

- `draft`: an application that is being written, by whoever reads the mail of an address.
- `application`: an application as it was handed in, with its decision.
- `letter`: what the office writes about one.
- `commission`: a National Commission, and what it says about the application of a city.
"""
