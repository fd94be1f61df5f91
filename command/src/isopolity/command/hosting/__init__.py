"""`isopolity up`: all services, the broker and the pages in this process.

- `up`: claims folder and port, runs everything, loads the demo network.
- `log_file`: the log in the data folder.
- `data_folder`: the lock on the data folder, and whether it holds the demo network.
- `network`: wires the three services and the pages.
- `demo_visitors`: whom somebody may look around as in the demo network.
- `stores`: counts in the services' databases, and waits until nothing is left to do.
- `counts`: the numbers, and the sums that must hold between them.
"""
