"""Applications to join the network, until staff decides.

- `application`: a draft behind a mailed link, the submitted application, and its decision.
- `letter`: a letter of the office about an application.
- `commission`: a National Commission, and its opinion on the application of a city.
"""
