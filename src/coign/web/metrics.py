"""What is measured, in the Prometheus text format. No names, no identifiers."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from coign.service.upkeep import Due
from coign.web.witnessed import Stamp, Witnessed

REGISTRY = CollectorRegistry()
REQUESTS = Histogram(
    "coign_http_seconds", "Time to answer, by view, method and status", ("view", "method", "status"), registry=REGISTRY
)
ACTIONS = Counter(
    "coign_actions_total", "Actions asked of the door, by name and outcome", ("action", "outcome"), registry=REGISTRY
)
ALERTS = Counter("coign_security_alerts_total", "Lines of the security log to look at", ("kind",), registry=REGISTRY)
_SIZE = Gauge("coign_ledger_entries", "Entries in the ledger", registry=REGISTRY)
_READ_ONLY = Gauge("coign_ledger_read_only", "1 while nothing may be appended", registry=REGISTRY)
_LAST = Gauge(
    "coign_upkeep_last_timestamp_seconds", "When a backup or a proof of restore was last made", ("kind",),
    registry=REGISTRY,
)  # fmt: skip
_OVERDUE = Gauge(
    "coign_upkeep_overdue", "1 while a backup or a proof of restore is overdue", ("kind",), registry=REGISTRY
)
_WITNESSES = Gauge("coign_witnesses", "Witnesses that are shown the record", registry=REGISTRY)
_SEEN = Gauge("coign_witnessed_entries", "Entries that enough witnesses have signed", registry=REGISTRY)
_SEEN_AT = Gauge("coign_witnessed_timestamp_seconds", "When enough witnesses last signed, 0: never", registry=REGISTRY)


_STAMPED_AT = Gauge(
    "coign_stamped_timestamp_seconds", "When a time stamping authority last stamped a checkpoint, 0: never",
    registry=REGISTRY,
)  # fmt: skip


def text(*, size: int, read_only: bool, seen: Witnessed, stamp: Stamp | None = None, due: Iterable[Due] = ()) -> bytes:
    """Everything measured so far."""
    _SIZE.set(size)
    _READ_ONLY.set(int(read_only))
    _WITNESSES.set(seen.relied_on)
    _SEEN.set(seen.size)
    _SEEN_AT.set(seen.at.timestamp() if seen.at else 0)
    _STAMPED_AT.set(stamp.at.timestamp() if stamp is not None and stamp.at else 0)
    for each in due:
        _OVERDUE.labels(each.kind).set(int(each.overdue))
        if each.last is not None:
            _LAST.labels(each.kind).set(each.last.timestamp())
    return generate_latest(REGISTRY)
