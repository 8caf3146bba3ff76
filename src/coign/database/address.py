"""Where a database is and who may connect to it: the three roles, their addresses, and this package's one error."""

from collections.abc import Mapping

from psycopg.conninfo import make_conninfo

from coign.kernel.frozen import dataclass

DATABASE_NAME = "coign"
OWNER = "coign_owner"
APPLICATION = "coign_app"
READER = "coign_reader"
ROLES = (OWNER, APPLICATION, READER)


class DatabaseUnavailable(Exception):
    """The database cannot be used; the text is one sentence for the person, with what to do about it."""


@dataclass(frozen=True, slots=True)
class Database:
    """A database that runs, as three libpq connection strings of rising trust.

    They contain passwords: pass them on, never print them (hence no `repr` of them).
    """

    owner_dsn: str
    application_dsn: str
    reader_dsn: str
    embedded: bool

    def __repr__(self) -> str:
        return f"Database(embedded={self.embedded})"


def embedded_database(socket_folder: str, passwords: Mapping[str, str]) -> Database:
    """The addresses of the embedded database behind one socket folder."""

    def dsn(role: str) -> str:
        return make_conninfo(
            host=socket_folder, port=5432, dbname=DATABASE_NAME, user=role, password=passwords[role], connect_timeout=10
        )

    return Database(dsn(OWNER), dsn(APPLICATION), dsn(READER), embedded=True)
