"""The two years before the demo network begins: lived through by the services themselves, by a clock of their own.

- `script`: the file that says who joins when, which rounds are held, and what waits at the end.
- `past`: the services at a moment of the past, with mails that are read and not kept.
- `joining`: members join, from rows of the demo's files.
- `rounds`: rounds, the answers to them, and partnerships that are shown or end.
- `desk`: what waits for somebody when the demo begins.
- `chronicle`: all of it in order, in an empty data folder.
"""
