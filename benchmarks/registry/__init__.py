"""Cities and contacts that come in.

- `plain_app`: the plainest application that keeps a city, for comparison.
- `posting`: one city over HTTP.
- `city_import`: many cities from a file.
- `office_import`: a large file of the office, looked at, imported, and taken back.
- `contacts_in_bulk`: the contacts of a whole network, fetched by notify.
"""
