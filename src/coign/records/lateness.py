"""When somebody says an act was done: it stands beside the record's own time, never in its place (CSV-S1, GMP-18)."""

from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.ledger.entries import Entry
from coign.rulesets import RuleSets


@dataclass(frozen=True, slots=True)
class Claimed:
    """The time claimed, how many whole minutes it was entered after that (negative: before), and whether that is late.

    A time that lies ahead is as far from the truth as one that lies back, and is told in the same way.
    """

    at: Instant
    minutes_later: int
    late: bool


def claimed_in(entry: Entry, rules: RuleSets) -> Claimed | None:
    """What an entry claims, judged by the rule that held when it was entered; None: it claims nothing."""
    claimed = entry.plain["intent"]["claimed_time"]
    if claimed is None:
        return None
    minutes = entry.time.minutes_since(Instant(claimed))
    late = abs(minutes) > rules.minutes("record.late_entry_after", entry.time)
    return Claimed(Instant(claimed), int(minutes), late)
