"""What is measured, in the Prometheus text format. No names, no identifiers."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

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


def text(*, size: int, read_only: bool) -> bytes:
    """Everything measured so far."""
    _SIZE.set(size)
    _READ_ONLY.set(int(read_only))
    return generate_latest(REGISTRY)
