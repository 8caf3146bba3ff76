"""What is remembered of a container: whose it is, who holds it, how warm it was, how far it is at the bed."""

from datetime import datetime
from typing import NamedTuple

from coign_verify.invariants.model import Body, Heard, Tracker


def minutes_between(earlier: str, later: str) -> float:
    """Minutes from one instant to another."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds() / 60


class Stop(NamedTuple):
    """Why a container stands still, and who had a part in what went wrong."""

    why: str
    between: tuple[str, ...] = ()


class Unit(NamedTuple):
    """A container. `stops`: what must be resolved before it goes anywhere. `answered`: how it may be given."""

    chain: str = ""
    kind: str = ""
    batch: str = ""
    expires: str = ""
    serial: str = ""
    label_seen: bool = False
    left_chair: bool = False
    accepted: bool = False
    answered: str = ""
    rejected: bool = False
    may_travel: bool = False
    received_by: str = ""
    set_apart_by: frozenset[str] = frozenset()
    under_way: str = ""
    decided: str = ""
    stops: frozenset[Stop] = frozenset()
    ended: str = ""


#: What disagrees until somebody found out why, by the fact that says so: the block that goes with it may be missing.
DIFFERS = {
    "custody.handover_mismatched.v1": ("unit", "custody.mismatch_resolved.v1"),
    "infusion.bedside_mismatched.v1": ("units", "infusion.mismatch_resolved.v1"),
    "storage.removal_mismatched.v1": ("units", "storage.removal_resolved.v1"),
}

#: Facts that say what went wrong, and their fields with the people who had a part in it.
MISMATCHES: dict[str, tuple[str, ...]] = {
    "infusion.bedside_mismatched.v1": ("between",),
    "logistics.seal_differed.v1": ("by",),
    "logistics.receipt_mismatched.v1": ("first", "second"),
    "storage.removal_mismatched.v1": ("first", "second"),
    "closing.disposal_mismatched.v1": ("between",),
    "incident.act_reported.v1": ("by",),
    "correction.proposed.v1": ("by",),
}


def people_of(body: Body, names: tuple[str, ...]) -> tuple[str, ...]:
    """The people named in these fields, once each."""
    found = (p for n in names if body.get(n) for p in ([body[n]] if isinstance(body[n], str) else body[n]))
    return tuple(dict.fromkeys(found))


def between(fact: Heard) -> tuple[str, ...]:
    """Who had a part in what this entry blocks."""
    named = (people_of(body, names) for kind, names in MISMATCHES.items() for body in fact.beside(kind))
    return tuple(dict.fromkeys((fact.person, *(person for people in named for person in people))))


def _created(state: Unit, fact: Heard) -> Unit:
    body = fact.body
    return Unit(
        chain=body["chain"],
        kind=body["unit_kind"],
        batch=body.get("batch") or "",
        expires=body.get("expires") or "",
        serial=body["label_serial"],
        stops=state.stops,
    )


def _stopped(state: Unit, fact: Heard) -> Unit:
    return state._replace(stops=state.stops | {Stop(fact.body["why"], between(fact))})


def _lifted(state: Unit, fact: Heard) -> Unit:
    return state._replace(stops=frozenset(s for s in state.stops if s.why != fact.body["why"]))


def _differs(state: Unit, fact: Heard) -> Unit:
    people = people_of(fact.body, ("giver", "taker", "first", "second", "between"))
    return state._replace(stops=state.stops | {Stop(fact.type, people)})


def _agreed(state: Unit, fact: Heard) -> Unit:
    return state._replace(stops=frozenset(s for s in state.stops if DIFFERS.get(s.why, ("", ""))[1] != fact.type))


def _reported(state: Unit, fact: Heard) -> Unit:
    # Reported as well where the entry blocks it in the usual words: an omitted block is a breach, not a way round.
    return state._replace(stops=state.stops | {Stop(fact.body["case"], (fact.body["by"],))})


def _found_out(state: Unit, fact: Heard) -> Unit:
    return state._replace(stops=frozenset(s for s in state.stops if s.why != fact.body["case"]))


def _rejected(state: Unit, fact: Heard) -> Unit:
    return state._replace(rejected=True, answered="", accepted=False)


UNIT = Tracker(
    "unit",
    Unit(),
    {
        "identity.unit_created.v1": (("unit",), _created),
        "identity.label_verified.v1": (
            ("unit",),
            lambda s, f: s._replace(label_seen=f.body["label_serial"] == s.serial),
        ),
        "collection.leaving_checked.v1": (("unit",), lambda s, f: s._replace(left_chair=True)),
        "identity.units_blocked.v1": (("units",), _stopped),
        "identity.units_unblocked.v1": (("units",), _lifted),
        **{kind: ((field,), _differs) for kind, (field, _) in DIFFERS.items()},
        **{resolved: (("unit",), _agreed) for _, resolved in DIFFERS.values()},
        "incident.act_reported.v1": (("units", "beside"), _reported),
        "incident.act_resolved.v1": (("unit",), _found_out),
        "quality.material_accepted.v1": (("unit",), lambda s, f: s._replace(accepted=True)),
        "quality.material_rejected.v1": (("unit",), _rejected),
        "quality.quarantine_shipment_allowed.v1": (("units",), lambda s, f: s._replace(may_travel=True)),
        "quality.certified.v1": (("units",), lambda s, f: s._replace(answered="certified")),
        "quality.supplied_under_exception.v1": (("units",), lambda s, f: s._replace(answered="under exception")),
        "quality.batch_rejected.v1": (("units",), _rejected),
        "logistics.packed.v1": (("unit", "further"), lambda s, f: s._replace(under_way=f.body["shipment"])),
        "logistics.unpacked.v1": (("unit", "further"), lambda s, f: s._replace(under_way="")),
        "logistics.received.v1": (
            ("unit", "further"),
            lambda s, f: s._replace(received_by=f.body["organisation"], under_way=""),
        ),
        "closing.disposal_decided.v1": (("unit",), lambda s, f: s._replace(decided=f.body["becomes"])),
        "donor.set_apart.v1": (
            ("unit",),
            lambda s, f: s._replace(set_apart_by=s.set_apart_by | {f.body["organisation"]}),
        ),
        "identity.unit_ended.v1": (("unit",), lambda s, f: s._replace(ended=f.body["how"])),
    },
)


class Custody(NamedTuple):
    """Who answers for a container, and to whom they hold it out."""

    person: str = ""
    organisation: str = ""
    offered_to: str = ""
    offered_at: str = ""


CUSTODY = Tracker(
    "custody",
    Custody(),
    {
        "custody.began.v1": (("unit",), lambda s, f: Custody(f.body["person"], f.body["holder"])),
        "custody.offered.v1": (("unit",), lambda s, f: s._replace(offered_to=f.body["to"], offered_at=f.time)),
        "custody.offer_withdrawn.v1": (("unit",), lambda s, f: s._replace(offered_to="")),
        "custody.handed_over.v1": (("unit",), lambda s, f: Custody(f.body["taker"], f.body["to"])),
        "custody.handover_mismatched.v1": (("unit",), lambda s, f: s._replace(offered_to="")),
    },
)


class Bag(NamedTuple):
    """A bag between freezer and patient; `seen`: whose wristband two people found it at, who they are, and when."""

    issued_by: str = ""
    issued_at: str = ""
    thawed_at: str = ""
    checked_by: str = ""
    checked_at: str = ""
    seen: tuple[str, str, str, str] | None = None
    emergency: tuple[str, str, str] | None = None
    decided_about: tuple[str, ...] = ()
    started_at: str = ""
    finished: bool = False


def _seen(state: Bag, fact: Heard) -> Bag:
    body = fact.body
    return state._replace(seen=(body["patient"], body["first"], body["second"], fact.time))


def _not_seen(state: Bag, fact: Heard) -> Bag:
    return state._replace(seen=None, checked_by="")


def _emergency(state: Bag, fact: Heard) -> Bag:
    body = fact.body
    return state._replace(emergency=(body["first"], body["second"], fact.time), decided_about=tuple(body["unmet"]))


BAG = Tracker(
    "bag",
    Bag(),
    {
        "infusion.issued.v1": (("unit",), lambda s, f: s._replace(issued_by=f.body["by"], issued_at=f.time)),
        "infusion.thawed.v1": (("unit",), lambda s, f: s._replace(thawed_at=f.time)),
        "infusion.bedside_checked.v1": (
            ("unit",),
            lambda s, f: s._replace(seen=None, checked_by=f.body["by"], checked_at=f.time),
        ),
        "infusion.bedside_confirmed.v1": (("unit",), _seen),
        "infusion.bedside_mismatched.v1": (("units",), _not_seen),
        "infusion.mismatch_resolved.v1": (("unit",), _not_seen),
        "infusion.emergency_decided.v1": (("unit",), _emergency),
        "infusion.started.v1": (("unit",), lambda s, f: s._replace(started_at=f.time)),
        "infusion.emergency_started.v1": (("unit",), lambda s, f: s._replace(started_at=f.time)),
        "infusion.finished.v1": (("unit",), lambda s, f: s._replace(finished=True)),
    },
)


class Warmth(NamedTuple):
    """How long a container was out of the cold, what that may come to, and what nobody has judged yet.

    `unread`: the shipment whose logger was not read; `open`: an excursion, or time that nobody knows, is not assessed.
    """

    since: str = ""
    minutes: float = 0
    allowed_min: float | None = None
    unread: str = ""
    open: bool = False
    not_usable: bool = False
    thawed: bool = False

    def out_min(self, now: str) -> float:
        """Minutes out of the cold until now, over all ways together."""
        return self.minutes + (minutes_between(self.since, now) if self.since else 0)

    def too_warm(self, now: str) -> bool:
        """Whether it was out for longer than is allowed; what was thawed on purpose has another clock."""
        return not self.thawed and self.allowed_min is not None and self.out_min(now) > self.allowed_min

    def in_doubt(self, now: str) -> bool:
        """Whether it was too warm, or nobody has judged how warm it was."""
        return self.not_usable or self.open or bool(self.unread) or self.too_warm(now)


_MINUTES = {"s": 1 / 60, "min": 1, "h": 60, "d": 1440}


def _warms(state: Warmth, fact: Heard) -> Warmth:
    if state.since or state.thawed:
        return state
    allowed = fact.body.get("allowed")
    minutes = state.allowed_min
    if minutes is None and allowed is not None:
        minutes = float(allowed["value"]) * _MINUTES[allowed["unit"]]
    return state._replace(since=fact.body.get("since") or fact.time, allowed_min=minutes)


def _cold(state: Warmth, fact: Heard) -> Warmth:
    return state._replace(since="", minutes=state.out_min(fact.time))


def _packed(state: Warmth, fact: Heard) -> Warmth:
    return _cold(state, fact)._replace(unread=fact.body["shipment"])


def _read(state: Warmth, fact: Heard) -> Warmth:
    unread = "" if state.unread == fact.body["shipment"] else state.unread
    fine = fact.body.get("verdict") == "in_order"
    return state._replace(unread=unread, open=state.open or not fine)


def _assessed(state: Warmth, fact: Heard) -> Warmth:
    if fact.body["verdict"] == "not_usable":
        return state._replace(open=False, not_usable=True)
    if state.allowed_min is None:
        return state._replace(open=False)
    granted = state.out_min(fact.time) + (fact.body.get("further_minutes") or 0)
    return state._replace(open=False, allowed_min=max(state.allowed_min, granted))


WARMTH = Tracker(
    "warmth",
    Warmth(),
    {
        "coldchain.exposure_began.v1": (("units",), _warms),
        "logistics.opened.v1": (("units",), _warms),
        "storage.taken_out.v1": (("unit",), _warms),
        "storage.placed.v1": (("unit",), _cold),
        "coldchain.exposure_ended.v1": (("unit",), lambda s, f: _cold(s, f)._replace(thawed=True)),
        "logistics.packed.v1": (("unit", "further"), _packed),
        "logistics.unpacked.v1": (("unit", "further"), lambda s, f: _warms(s._replace(unread=""), f)),
        "coldchain.logger_read.v1": (("unit", "further"), _read),
        "coldchain.logger_missing.v1": (("unit", "further"), _read),
        "coldchain.excursion_assessed.v1": (("unit",), _assessed),
    },
)


class Shipment(NamedTuple):
    """Units on their way: what lies in it, and how far it is."""

    units: tuple[str, ...] = ()
    seal: str = ""
    left: bool = False
    arrived: bool = False
    compared: bool = False
    opened: bool = False
    read: bool = False


def _laid_in(state: Shipment, fact: Heard) -> Shipment:
    return Shipment(fact.subjects("unit", "further"), fact.body.get("seal") or "")


SHIPMENT = Tracker(
    "shipment",
    Shipment(),
    {
        "logistics.packed.v1": (("shipment",), _laid_in),
        "logistics.sealed.v1": (("shipment",), lambda s, f: s._replace(seal=f.body["seal"])),
        "logistics.seal_replaced.v1": (("shipment",), lambda s, f: s._replace(seal=f.body["seal"])),
        "logistics.departed.v1": (("shipment",), lambda s, f: s._replace(left=True)),
        "logistics.arrived.v1": (("shipment",), lambda s, f: s._replace(arrived=True)),
        "logistics.seals_compared.v1": (("shipment",), lambda s, f: s._replace(compared=True)),
        "logistics.seal_differed.v1": (("shipment",), lambda s, f: s._replace(compared=True)),
        "logistics.opened.v1": (("shipment",), lambda s, f: s._replace(opened=True)),
        "coldchain.logger_read.v1": (("shipment",), lambda s, f: s._replace(read=True)),
        "coldchain.logger_missing.v1": (("shipment",), lambda s, f: s._replace(read=True)),
    },
)


DONATION = Tracker(
    "donation",
    "",
    {"identity.unit_created.v1": (("din",), lambda s, f: s or f.body["unit"])},
)


class Place(NamedTuple):
    """Where a frozen container lies; empty: in no box."""

    box: str = ""
    position: int = 0


PLACE = Tracker(
    "place",
    Place(),
    {
        "storage.placed.v1": (("unit",), lambda s, f: Place(f.body["box"], f.body["position"])),
        "storage.taken_out.v1": (("unit",), lambda s, f: Place()),
    },
)

Lying = frozenset[tuple[int, str]]


def _lies(state: Lying, fact: Heard) -> Lying:
    return state | {(fact.body["position"], fact.body["unit"])}


def _left(state: Lying, fact: Heard) -> Lying:
    return frozenset(each for each in state if each[0] != fact.body["position"])


BOX: Tracker[Lying] = Tracker(
    "box",
    frozenset(),
    {"storage.placed.v1": (("box",), _lies), "storage.taken_out.v1": (("box",), _left)},
)
