"""What is kept: rows in a database, bytes in files, both written atomically."""

from core.storage.database import Database, open_database
from core.storage.files import write_atomic

__all__ = ["Database", "open_database", "write_atomic"]
