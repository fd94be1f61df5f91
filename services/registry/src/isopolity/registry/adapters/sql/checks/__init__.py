"""What `isopolity doctor` asks registry's tables.

- `lookalikes`: accounts that were one before mail boxes told them apart, and those that have no address of their own.
"""
