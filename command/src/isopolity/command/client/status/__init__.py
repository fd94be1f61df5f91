"""The state of the network on one screen.

- `questions`: asks all parts how they are, all at once.
- `report`: prints the parts of the network and the troubles.
"""
