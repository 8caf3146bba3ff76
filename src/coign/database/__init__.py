"""The database of an installation: the embedded PostgreSQL, or the server at `COIGN_DATABASE_URL`."""

from coign.database.address import APPLICATION, OWNER, READER, Database, DatabaseUnavailable
from coign.database.places import home
from coign.database.supervisor import Supervisor, running, scratch, temporary

__all__ = [
    "APPLICATION",
    "OWNER",
    "READER",
    "Database",
    "DatabaseUnavailable",
    "Supervisor",
    "home",
    "running",
    "scratch",
    "temporary",
]
