"""The store of record: SQLite, one writer, and nothing acknowledged before it is on disk."""

from edge.store.database import SchemaError
from edge.store.store import Store, StoreBusy, StoreError
from edge.store.transaction import Transaction

__all__ = ["SchemaError", "Store", "StoreBusy", "StoreError", "Transaction"]
