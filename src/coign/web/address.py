"""Where Django finds its tables: the installation's database, in a schema apart from the ledger's."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict

SCHEMA = "web"


def database(dsn: str) -> dict[str, Any]:
    """A libpq address as Django wants it; tables of Django's live in a schema of their own."""
    found = dict(conninfo_to_dict(dsn))
    taken = {name: found.pop(name, "") for name in ("dbname", "user", "password", "host", "port")}
    options = " ".join(str(o) for o in (found.pop("options", ""), f"-c search_path={SCHEMA}") if o)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": taken["dbname"],
        "USER": taken["user"] or "",
        "PASSWORD": taken["password"] or "",
        "HOST": taken["host"] or "",
        "PORT": str(taken["port"] or ""),
        # A pool, since there are more threads than a database has connections; whoever waits for the door has given
        # theirs back (`acting.perform`).
        "OPTIONS": {**found, "options": options, "pool": {"min_size": 1, "max_size": 16, "timeout": 5}},
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,  # the door asserts that its callers hold no transaction
    }
