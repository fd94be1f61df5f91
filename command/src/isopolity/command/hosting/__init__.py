"""`isopolity up`: all services, the broker and the pages in this process.

- `up`: claims folder and port, runs everything, loads the demo network, writes the log.
- `history`: what came before the demo network begins.
- `network`: wires the services and the pages together.
- `stores`: counts in the services' databases, and waits until nothing is left to do.
- `counts`: the numbers, and the sums that must hold between them.
"""
