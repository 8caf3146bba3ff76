"""One authorisation as its decisions left it: what it covers, what stops it, and what stood when."""

from dataclasses import replace

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Authorisation, Organisation, Person, Product, Site
from coign.kernel.values import Instant
from coign.kernel.views import Stamp
from coign.regulatory.events import (
    Act,
    AuthorisationGranted,
    AuthorisationRenewed,
    AuthorisationRevoked,
    AuthorisationSuspended,
    AuthorisationVaried,
    ConditionImposed,
    Decider,
    FulfilmentJudged,
    Jurisdiction,
    LegalBasis,
    Stage,
    SuspensionLifted,
)

EVERY_ACT: tuple[Act, ...] = ("new_orders", "collection", "manufacture", "dispatch", "administration")
WORDS: dict[Act, str] = {
    "new_orders": "new orders",
    "collection": "collection",
    "manufacture": "manufacture",
    "dispatch": "dispatch",
    "administration": "administration",
}
#: Stops of one authorisation that are kept: more than five acts and every place it covers can have in force at a time.
STOPS_KEPT_MAX = 16


@dataclass(frozen=True, slots=True)
class Stop:
    """What blocks some acts: a suspension, a revocation, or a place that was taken off the authorisation."""

    number: int
    kind: str
    acts: tuple[Act, ...]
    since: Instant
    decider: Decider = "nobody"
    site: Site | None = None
    lifted_at: Instant | None = None

    def blocks(self, act: Act, site: Site | None = None) -> bool:
        """Whether this act is blocked by it now; a stop of one place blocks nothing elsewhere."""
        return self.lifted_at is None and self.concerns(act, site)

    def concerns(self, act: Act, site: Site | None = None) -> bool:
        """Whether it is about this act there, whether or not it was lifted since."""
        return act in self.acts and self.site in (None, site)

    @property
    def words(self) -> str:
        """What happened, to be said after the number of the authorisation."""
        match self.kind:
            case "revoked":
                return f"was revoked on {self.since[:10]}"
            case "site_removed":
                assert self.site is not None
                return f"does not cover {self.site.identifier} since {self.since[:10]}"
            case _:
                at = f" at {self.site.identifier}" if self.site is not None else ""
                return f"is suspended for {' and '.join(WORDS[a] for a in self.acts)}{at} since {self.since[:10]}"


@dataclass(frozen=True, slots=True)
class Owed:
    """A condition that is not fulfilled and stops something: at once, or from the day on which it was due."""

    number: int
    acts: tuple[Act, ...]
    due: Instant | None = None

    def blocks(self, act: Act, at: Instant) -> bool:
        """Whether this act waits for it at that instant."""
        return act in self.acts and (self.due is None or self.due <= at)

    @property
    def words(self) -> str:
        """What is missing, to be said after the number of the authorisation."""
        due = "" if self.due is None else f", which was due on {self.due[:10]},"
        return f"asks for condition {self.number}{due} to be fulfilled first"


@dataclass(frozen=True, slots=True)
class Authorised:
    """What one authorisation says now."""

    authorisation: Authorisation
    product: Product
    number: str
    jurisdiction: Jurisdiction
    stage: Stage
    basis: LegalBasis
    holder: Organisation
    kept_by: Organisation
    sites: tuple[Site, ...]
    makers: tuple[Organisation, ...]
    centres: tuple[Organisation, ...]
    releasers: tuple[Person, ...]
    valid_from: Instant
    valid_until: Instant
    decided_at: Instant
    stops: tuple[Stop, ...] = ()
    stops_so_far: int = 0
    owed: tuple[Owed, ...] = ()
    conditions_so_far: int = 0

    @property
    def is_revoked(self) -> bool:
        """Whether it is over for good."""
        return any(s.kind == "revoked" for s in self.stops)

    def is_in_time(self, at: Instant) -> bool:
        """Whether the instant lies between its first and its last day."""
        return self.valid_from <= at < self.valid_until

    def is_valid(self, at: Instant) -> bool:
        """Whether the instant lies in its time and nobody revoked it; a suspended one is valid and blocks."""
        return self.is_in_time(at) and not self.is_revoked

    @property
    def stops_in_force(self) -> tuple[Stop, ...]:
        """What blocks something now, oldest first."""
        return tuple(s for s in self.stops if s.lifted_at is None)

    def suspension(self, number: int) -> Stop | None:
        """The suspension of this number that is in force."""
        return next((s for s in self.stops_in_force if s.number == number and s.kind == "suspended"), None)

    def blocked(self, act: Act, site: Site | None = None) -> tuple[Stop, ...]:
        """What blocks an act there now, the oldest first."""
        return tuple(s for s in self.stops if s.blocks(act, site))

    def unfulfilled(self, act: Act, at: Instant) -> Owed | None:
        """The condition that an act waits for at that instant."""
        return next((o for o in self.owed if o.blocks(act, at)), None)

    def caught(self, since: Instant, decided: Instant | None, site: Site | None) -> Stop | None:
        """The stop of manufacture that caught a batch begun at an instant, on which nobody has decided since."""
        found = (
            s
            for s in self.stops
            if s.concerns("manufacture", site)
            and s.since >= since
            and (s.lifted_at is None or decided is None or decided < s.lifted_at)
        )
        return next(found, None)

    def covers(self, act: Act, organisation: Organisation | None, site: Site | None) -> str | None:
        """None, or which of those who would act, and where, it does not name."""
        if act == "manufacture":
            if organisation is not None and organisation not in self.makers:
                return f"names no maker {organisation.identifier}"
            return f"does not cover {site.identifier}" if site is not None and site not in self.sites else None
        if organisation is None or organisation in self.centres or (act == "dispatch" and organisation in self.makers):
            return None
        return f"does not cover {organisation.identifier}"


def evolved(known: Authorised | None, fact: Fact, stamp: Stamp) -> Authorised | None:
    """One authorisation after one more fact about it."""
    if isinstance(fact, AuthorisationGranted):
        return Authorised(
            fact.authorisation, fact.product, fact.number, fact.jurisdiction, fact.stage, fact.basis, fact.holder,
            fact.kept_by, fact.sites, fact.makers, fact.centres, fact.releasers, fact.valid_from, fact.valid_until,
            stamp.time,
        )  # fmt: skip
    if known is None:
        return None
    match fact:
        case AuthorisationVaried():
            return _varied(known, fact, stamp)
        case AuthorisationRenewed(valid_until=until, kept_by=kept_by):
            return replace(known, valid_until=until, kept_by=kept_by, decided_at=stamp.time)
        case AuthorisationSuspended(scope=scope, decider=decider, site=site, kept_by=kept_by):
            stop = Stop(known.stops_so_far + 1, "suspended", scope, stamp.time, decider, site)
            return _stopped(replace(known, kept_by=kept_by, decided_at=stamp.time), stop)
        case AuthorisationRevoked(decider=decider, kept_by=kept_by):
            stop = Stop(known.stops_so_far + 1, "revoked", EVERY_ACT, stamp.time, decider)
            return _stopped(replace(known, kept_by=kept_by, decided_at=stamp.time), stop)
        case SuspensionLifted(suspension=number, kept_by=kept_by):
            lifted = tuple(replace(s, lifted_at=stamp.time) if s.number == number else s for s in known.stops)
            return replace(known, stops=lifted, kept_by=kept_by, decided_at=stamp.time)
        case ConditionImposed(number=number, stops=stops, due=due):
            owed = (*known.owed, Owed(number, stops, due)) if stops else known.owed
            return replace(known, owed=owed, conditions_so_far=number)
        case FulfilmentJudged(condition=number, accepted=True):
            return replace(known, owed=tuple(o for o in known.owed if o.number != number))
        case _:
            return known


def _varied(known: Authorised, fact: AuthorisationVaried, stamp: Stamp) -> Authorised:
    """A place that is left out stops; one that comes back goes on."""
    back = tuple(
        replace(s, lifted_at=stamp.time) if s.kind == "site_removed" and s.lifted_at is None and s.site in fact.sites
        else s
        for s in known.stops
    )  # fmt: skip
    found = replace(
        known, stage=fact.stage, basis=fact.basis, sites=fact.sites, makers=fact.makers, centres=fact.centres,
        releasers=fact.releasers, kept_by=fact.kept_by, decided_at=stamp.time, stops=back,
    )  # fmt: skip
    for site in known.sites:
        if site not in fact.sites:
            found = _stopped(
                found, Stop(found.stops_so_far + 1, "site_removed", ("manufacture",), stamp.time, site=site)
            )
    return found


def _stopped(known: Authorised, stop: Stop) -> Authorised:
    kept = [*known.stops, stop]
    while len(kept) > STOPS_KEPT_MAX:
        # What was lifted goes first, then what stops places that are not covered anyway.
        kept.remove(min(kept, key=lambda s: (s.lifted_at is None, s.site is None or s.site in known.sites, s.number)))
    return replace(known, stops=tuple(kept), stops_so_far=stop.number)
