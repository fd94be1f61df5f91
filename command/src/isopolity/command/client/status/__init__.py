"""How the network is, on one screen.

- `questions`: asks all parts how they are, all at once.
- `parts`: services, databases, broker, processes and mail server on one table.
- `report`: finds and prints what does not flow.
"""
