"""What is kept: rows in a database, bytes in files, both written atomically."""

from core.storage.database import Database, open_database
from core.storage.files import write_atomic
from core.storage.places import Files

__all__ = ["Database", "Files", "open_database", "write_atomic"]
