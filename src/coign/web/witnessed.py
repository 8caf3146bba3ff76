"""Who outside has seen the record, and how long ago: said on every page, to health checks and to whoever measures."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from coign.kernel.frozen import dataclass
from coign.ledger import stamps
from coign.ledger.cosignatures import Freshness, freshness, newest_by_key
from coign.web import running
from coign.web.reading import reader

STATUS: dict[Freshness, str] = {"fresh": "in_order", "late": "look", "stale": "stop", "none": "look"}


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Up to which size enough witnesses signed, and when; `relied_on`: how many there are, 0 where none is asked."""

    relied_on: int
    state: Freshness
    size: int = 0
    at: datetime | None = None
    #: They are a demonstration's own, on the machine of the record.
    beside: bool = False

    @property
    def status(self) -> str:
        """As the building blocks of pages name it."""
        return STATUS[self.state]

    @property
    def words(self) -> str:
        """In a few words, for the foot of a page."""
        if not self.relied_on:
            return _("no witness yet")
        if self.at is None:
            return _("not seen by enough witnesses yet")
        said = {
            "fresh": _("seen by enough witnesses %s ago"),
            "late": _("late: last seen by enough witnesses %s ago"),
            "stale": _("too old: last seen by enough witnesses %s ago"),
        }
        return said[self.state] % _age(self.at)

    @property
    def sentence(self) -> str:
        """In a sentence, beside a proof."""
        if not self.relied_on:
            return _("No witness outside this server has seen the checkpoint yet.")
        if self.at is None:
            return _("Too few of the %(n)s witnesses have signed a checkpoint yet.") % {"n": self.relied_on}
        said = _("Enough of the %(n)s witnesses have seen the first %(size)s entries, %(age)s ago.") % {
            "n": self.relied_on,
            "size": f"{self.size:,}",
            "age": _age(self.at),
        }
        if self.beside:
            said += " " + _("They run on this machine: they prove the mechanism, not independence.")
        return said


def witnessed() -> Witnessed:
    """As it is now; read together with the end of the record, at no cost of its own."""
    service = running.service()
    policy = service.policy
    if policy is None or policy.quorum is None:
        return Witnessed(0, "none")
    found = reader().cosigned()
    if found is None:
        return Witnessed(len(policy.witnesses), "none")
    size, time_s = found
    state = freshness(time_s, datetime.now(UTC))
    beside = service.settings.witnesses is None
    return Witnessed(len(policy.witnesses), state, size, datetime.fromtimestamp(time_s, UTC), beside)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a time stamping authority said last, for pages; `failure`: why it said nothing when it was asked since."""

    size: int
    at: datetime | None
    failure: str

    @property
    def status(self) -> str:
        """As the building blocks of pages name it."""
        return "look" if self.failure or self.at is None else "in_order"

    @property
    def words(self) -> str:
        """In a few words, for the foot of a page."""
        said = _("time-stamped %s ago") % _age(self.at) if self.at is not None else _("no time stamp yet")
        return f"{said}; {_('the newest was asked for in vain')}" if self.failure else said

    @property
    def sentence(self) -> str:
        """In a sentence, beside a proof."""
        said = (
            _("The first %(size)s entries existed %(age)s ago, by the stamp of a time stamping authority.")
            % {"size": f"{self.size:,}", "age": _age(self.at)}
            if self.at is not None
            else _("No time stamping authority has stamped a checkpoint yet.")
        )
        return f"{said} {_('Asked since, it gave none: %s.') % self.failure}" if self.failure else said


def stamped() -> Stamp | None:
    """As it is now; None where nobody is asked for stamps."""
    service = running.service()
    if service.stamp_policy is None:
        return None
    with reader().connection() as connection:
        found = stamps.newest(connection, service.ledger_id)
    return Stamp(found.size, found.time.moment if found.time is not None else None, found.failure)


def each_witness() -> Sequence[dict[str, Any]]:
    """Every witness, with how long ago it signed last: its name, that age in words, and the status of it."""
    service = running.service()
    if service.policy is None:
        return []
    with reader().connection() as connection:
        newest = newest_by_key(connection, service.ledger_id, service.policy.keys)
    now, rows = datetime.now(UTC), []
    for witness in service.policy.witnesses:
        times = [newest[key].time_s for key in witness.keys if key in newest]
        at = max(times) if times else None
        age = _("%s ago") % _age(datetime.fromtimestamp(at, UTC)) if at is not None else _("never")
        rows.append({"name": witness.name, "age": age, "status": STATUS[freshness(at, now)]})
    return rows


def _age(at: datetime) -> str:
    """By the machine's clock and the witness's: a demonstration's own time has no part in it."""
    now = datetime.now(UTC)
    seconds = max(0, int((now - at).total_seconds()))
    return _("%d s") % seconds if seconds < 60 else timesince(at, now, depth=1).replace("\xa0", " ")
