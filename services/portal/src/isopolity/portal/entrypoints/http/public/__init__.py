"""The pages open to all, in the order in which somebody meets them.

- `home`: the first page.
- `directory`: lists of cities, partners and requests, by what people choose.
- `maps`: places and ties as a map draws them.
- `lists`: the services' lists, asked for by what people choose.
- `tables`: lists as files for spreadsheets.
- `boards`: needs beside offers, requests beside programmes.
- `profiles`: a page for each city, partner, programme and request.
- `information`: imprint, privacy, accessibility, the way to the API, and the parts of the look.
"""
