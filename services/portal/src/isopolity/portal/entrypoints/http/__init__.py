"""The pages, in the order in which somebody meets them.

- `app`: all pages as one application; what a page says that cannot be shown.
- `context`: what all pages work with.
- `visitors`: who looks at a page, and whether a form is ours.
- `rendering`: a template as an answer, with the headers of all pages.
- `home`: the first page.
- `directory`: lists of cities, partners and requests, by what people choose.
- `maps`: places and ties as a map draws them.
- `tables`: lists as files for spreadsheets.
- `profiles`: a page for each city, partner and request.
- `joining`: an application, from a city or a partner.
- `signing_in`: by a mailed link or code; accounts, sessions, signing out.
- `own/`: the pages of who has signed in.
- `information`: imprint, privacy, accessibility, the way to the API, and the parts of the look.
- `assets`: stylesheet and icon.
"""
