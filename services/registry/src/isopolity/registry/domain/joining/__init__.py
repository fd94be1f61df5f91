"""Applications to join the network, until staff decides.

- `draft`: an application that is still being written, behind a mailed link.
- `application`: a submitted application and its decision.
- `letter`: a letter of the office about an application.
- `commission`: a National Commission, and its opinion on the application of a city.
"""
