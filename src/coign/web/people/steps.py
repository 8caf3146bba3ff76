"""What was recorded in somebody's name since a point of the record: to be looked at when it may not have been them."""

from datetime import datetime

from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person
from coign.web import running
from coign.web.pages.history import in_words
from coign.web.reading import reader

SHOWN_MAX = 50


@dataclass(frozen=True, slots=True)
class Step:
    """One entry that a person is named as the actor of."""

    position: int
    time: datetime
    title: str
    role: str
    station: str
    outcome: str


def since(person: Person, position: int) -> tuple[list[Step], int]:
    """Everything this person is named for from this position on, newest first; and how many more there are."""
    with reader().connection() as connection:
        found = [
            row[0]
            for row in connection.execute(
                "select distinct position from nonce where ledger_id = %s and person = %s and position >= %s "
                "order by position desc",
                (running.service().ledger_id, str(person), position),
            )
        ]
    return [_step(at) for at in found[:SHOWN_MAX]], max(len(found) - SHOWN_MAX, 0)


def _step(position: int) -> Step:
    entry = reader().entry(position)
    words = in_words(entry)
    return Step(
        position, words["time"], words["title"], words["role"], entry.actor.station or "—", words["outcome"]
    )  # fmt: skip
