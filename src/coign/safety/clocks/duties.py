"""The duties of a case: which reports are owed where, from which receipt on, by when. Worked out, never stored as told.

What is not answered yet counts as the worse: an event nobody judged is suspected and unexpected. The sponsor's opinion
adds suspicion and takes none away. Every clock counts from receipt; the law's own anchor is named beside it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal, Protocol

from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.regulatory.views import Basis, ProductState
from coign.safety.case_state import CaseState, Event, Submissions
from coign.safety.clocks.civil import day_zero, due
from coign.safety.grading.grades import Rules

#: Where a product has no legal basis on record, the general clocks run.
GENERAL = "ICH"
CRITERIA = (
    "death", "life_threatening", "hospitalisation", "disability", "congenital_anomaly", "other_medically_important",
    "infection_transmitted",
)  # fmt: skip
FATAL = ("death", "life_threatening")
_CLOCK = "safety.clock"
_UNDER_TRIAL_RULES = frozenset({"trial", "expanded_access"})
#: The clocks that a report of its own answers; an investigator's report answers its clock by being entered.
INVESTIGATOR = "investigator"

Status = Literal["owed", "rejected", "sent", "accepted"]


class Regime(Protocol):
    """On which legal basis a product is given in one jurisdiction."""

    @property
    def jurisdiction(self) -> str: ...
    @property
    def basis(self) -> str: ...


@dataclass(frozen=True, slots=True)
class General:
    """No basis is on record: as in a trial, by the general clocks."""

    jurisdiction: str = GENERAL
    basis: str = "trial"


@dataclass(frozen=True, slots=True)
class Duty:
    """One report that is owed. `met_at`: when it was given by being entered here."""

    id: str
    clock: str
    jurisdiction: str
    event: int
    anchor: Instant
    zone: str
    legal_due: Instant
    internal_due: Instant
    legal_anchor: str
    source: str
    met_at: Instant | None = None

    @property
    def day_zero(self) -> date:
        """The civil day from which it counts."""
        return day_zero(self.anchor, self.zone)


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty with what has become of it. `is_late`: the legal day passed before it was sent."""

    duty: Duty
    status: Status
    is_late: bool
    sent_at: Instant | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still to be sent."""
        return self.status in ("owed", "rejected")


def regimes_of(case: CaseState, product: ProductState) -> tuple[Basis, ...]:
    """On which bases the product was given when the case was opened."""
    held = product.in_force(case.opened_at) if case.opened_at is not None else ()
    return tuple(basis for basis in held if basis.may_be_given)


def duties(case: CaseState, regimes: Iterable[Regime], rules: Rules) -> tuple[Duty, ...]:
    """Every duty of a case under these regimes, by event and jurisdiction."""
    under: Sequence[Regime] = tuple(regimes) or (General(),)
    return tuple(d for event in case.events for regime in under for d in _of_event(case, event, regime, rules))


def _of_event(case: CaseState, event: Event, regime: Regime, rules: Rules) -> Iterator[Duty]:
    make = _Maker(case.zone, event, regime.jurisdiction, rules)
    serious = event.since(*_serious(event.first_known, regime.jurisdiction, rules))
    fatal = event.since(*FATAL)
    if regime.basis not in _UNDER_TRIAL_RULES:
        yield from _on_the_market(event, serious, make)
        return
    if serious is None:
        return
    yield from make(INVESTIGATOR, event.aware_at, met_at=event.reported_at)
    if not (event.is_suspected and event.is_unexpected):
        return
    if fatal is not None:
        yield from make("susar_fatal", fatal)
        yield from make("susar_fatal_complete", fatal)
    if fatal is None or serious < fatal:
        yield from make("susar", serious)
    yield from _of_news(event, make)


def _on_the_market(event: Event, serious: Instant | None, make: "_Maker") -> Iterator[Duty]:
    """Each jurisdiction has rows for its own clocks only; the others give no duty."""
    if not event.is_suspected:
        return
    if serious is None:
        yield from make("non_serious", event.first_known)
        return
    yield from make("serious", serious)
    if event.is_unexpected:
        yield from make("serious_unexpected", serious)
    yield from _of_news(event, make)


def _of_news(event: Event, make: "_Maker") -> Iterator[Duty]:
    """The significant news of one day has a clock of its own, unless it began another one."""
    began = {s.at for s in event.criteria}
    days: dict[date, Instant] = {}
    for at in sorted(event.news):
        if at not in began:
            days.setdefault(day_zero(at, make.zone), at)
    for day, at in days.items():
        yield from make("follow_up", at, day.isoformat())


def is_serious(criterion: str, at: Instant, jurisdiction: str, rules: Rules) -> bool:
    """Whether a criterion makes an event serious there and then; jurisdiction "": everywhere."""
    return rules.text(f"safety.serious.{criterion}", at, jurisdiction) == "yes"


def _serious(at: Instant, jurisdiction: str, rules: Rules) -> tuple[str, ...]:
    return tuple(c for c in CRITERIA if is_serious(c, at, jurisdiction, rules))


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the duties of one event in one jurisdiction, where a clock of that name runs."""

    zone: str
    event: Event
    jurisdiction: str
    rules: Rules

    def __call__(self, clock: str, anchor: Instant, day: str = "", *, met_at: Instant | None = None) -> Iterator[Duty]:
        try:
            rule = self.rules.rule(f"{_CLOCK}.{clock}", anchor, self.jurisdiction)
        except KeyError:
            return
        internal = self.rules.rule(f"{_CLOCK}.{clock}.internal", anchor, self.jurisdiction)
        parts = (self.jurisdiction, clock, str(self.event.number), *((day,) if day else ()))
        length, target = (self.rules.number(name, anchor, self.jurisdiction) for name in (rule.name, internal.name))
        yield Duty(
            id=".".join(parts),
            clock=clock,
            jurisdiction=self.jurisdiction,
            event=self.event.number,
            anchor=anchor,
            zone=self.zone,
            legal_due=due(anchor, length, rule.unit, self.zone),
            internal_due=due(anchor, target, internal.unit, self.zone),
            legal_anchor=self.rules.text(f"{_CLOCK}.{clock}.anchor", anchor, self.jurisdiction),
            source=rule.source,
            met_at=met_at,
        )


def owed(case: CaseState, sent: Submissions, regimes: Iterable[Regime], rules: Rules, now: Instant) -> tuple[Owed, ...]:
    """Every duty with what has become of it: what is to be sent first, by its legal day."""
    found = [_with_status(duty, sent, now) for duty in duties(case, regimes, rules)]
    return tuple(sorted(found, key=lambda o: (not o.is_open, o.duty.legal_due, o.duty.id)))


def _with_status(duty: Duty, sent: Submissions, now: Instant) -> Owed:
    """What was rejected counts as not sent: its clock runs on."""
    if duty.met_at is not None:
        return Owed(duty, "sent", duty.met_at > duty.legal_due, duty.met_at)
    given = sent.of(duty.id)
    if given is None or given.verdict == "rejected":
        return Owed(duty, "owed" if given is None else "rejected", now > duty.legal_due)
    return Owed(duty, "sent" if given.verdict is None else "accepted", given.sent_at > duty.legal_due, given.sent_at)
