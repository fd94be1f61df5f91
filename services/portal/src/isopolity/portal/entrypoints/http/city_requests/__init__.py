"""Requests of a city to sponsors as pages, for the city itself and for staff that acts for it.

- `requests_of_city`: all requests of a city; closing one.
- `request_form`: one request as a form; who could fund it as it is typed.
"""
