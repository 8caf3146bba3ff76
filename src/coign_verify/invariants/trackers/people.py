"""What is remembered of a person: roles, keys, and what they are qualified for."""

from datetime import datetime, timedelta
from typing import NamedTuple

from coign_verify.invariants.model import Heard, Tracker
from coign_verify.log_keys import CHANGED, Change, LogKeys


class Grant(NamedTuple):
    """A role for an organisation, until a date if there is one."""

    role: str
    organisation: str
    until: str = ""


class Qualification(NamedTuple):
    """A task that may be done, until a date."""

    task: str
    until: str


class EnrolledKey(NamedTuple):
    """A key that signs for somebody, and the position of the entry that enrolled it."""

    credential: str
    method: str
    position: int


class Person(NamedTuple):
    """Somebody, or some device, that acts."""

    registered: bool = False
    left: bool = False
    grants: frozenset[Grant] = frozenset()
    qualifications: frozenset[Qualification] = frozenset()
    keys: frozenset[EnrolledKey] = frozenset()
    proposed: frozenset[tuple[str, str]] = frozenset()
    employer: str = ""
    administrator_proposed_by: str = ""
    administrator_proposed_at: str = ""
    reset_proposed_at: str = ""

    def holds(self, role: str, organisation: str, now: str) -> bool:
        """Whether this role is theirs now."""
        for grant in self.grants:
            if grant.role == role and grant.organisation == organisation and (not grant.until or now < grant.until):
                return not self.left
        return False

    def may_do(self, task: str, now: str) -> bool:
        """Whether they are qualified for a task now."""
        return any(q.task == task and now < q.until for q in self.qualifications)


def _granted(state: Person, fact: Heard) -> Person:
    body = fact.body
    grant = Grant(body["role"], body["organisation"], body.get("until") or "")
    return state._replace(grants=_without(state, grant.role, grant.organisation) | {grant})


def _without(state: Person, role: str, organisation: str) -> frozenset[Grant]:
    return frozenset(g for g in state.grants if (g.role, g.organisation) != (role, organisation))


def _ended(state: Person, fact: Heard) -> Person:
    return state._replace(grants=frozenset(g for g in state.grants if g.organisation != fact.body["organisation"]))


def _qualified(state: Person, fact: Heard) -> Person:
    return _put(state, fact.body["task"], fact.body["until"])


def _earned(state: Person, fact: Heard) -> Person:
    until = datetime.fromisoformat(fact.time) + timedelta(days=fact.body["valid_days"])
    return _put(state, fact.body["task"], until.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z")


def _extended(state: Person, fact: Heard) -> Person:
    held = next((q for q in state.qualifications if q.task == fact.body["task"]), None)
    return state if held is None else _put(state, held.task, max(held.until, fact.body["until"]))


def _put(state: Person, task: str, until: str) -> Person:
    others = (q for q in state.qualifications if q.task != task)
    return state._replace(qualifications=frozenset((*others, Qualification(task, until))))


def _taken_away(state: Person, fact: Heard) -> Person:
    return state._replace(qualifications=frozenset(q for q in state.qualifications if q.task != fact.body["task"]))


def _enrolled(state: Person, fact: Heard) -> Person:
    key = EnrolledKey(fact.body["credential"], fact.body["method"], fact.entry.get("position", 0))
    return state._replace(keys=frozenset(k for k in state.keys if k.credential != key.credential) | {key})


def _proposed(state: Person, fact: Heard) -> Person:
    return state._replace(proposed=state.proposed | {(fact.body["credential"], fact.body["proposed_by"])})


def _lost(state: Person, fact: Heard) -> Person:
    return state._replace(keys=frozenset(k for k in state.keys if k.credential != fact.body["credential"]))


PERSON = Tracker(
    "person",
    Person(),
    {
        "people.person_registered.v1": (
            ("person",),
            lambda s, f: s._replace(registered=True, employer=f.body["organisation"]),
        ),
        "people.administrator_proposed.v1": (
            ("person",),
            lambda s, f: s._replace(administrator_proposed_by=f.body["proposed_by"], administrator_proposed_at=f.time),
        ),
        "people.reset_proposed.v1": (("person",), lambda s, f: s._replace(reset_proposed_at=f.time)),
        "people.role_granted.v1": (("person",), _granted),
        "people.role_revoked.v1": (
            ("person",),
            lambda s, f: s._replace(grants=_without(s, f.body["role"], f.body["organisation"])),
        ),
        "people.access_ended.v1": (("person",), _ended),
        "people.authenticator_proposed.v1": (("person",), _proposed),
        "people.authenticator_enrolled.v1": (("person",), _enrolled),
        "people.authenticator_revoked.v1": (("person",), _lost),
        "people.credentials_reset.v1": (("person",), lambda s, f: s._replace(keys=frozenset())),
        "people.person_left.v1": (
            ("person",),
            lambda s, f: s._replace(left=True, grants=frozenset(), keys=frozenset()),
        ),
        "training.qualified.v1": (("person",), _qualified),
        "training.qualification_earned.v1": (("person",), _earned),
        "training.qualification_revoked.v1": (("person",), _taken_away),
        "training.extension_approved.v1": (("person",), _extended),
    },
)


class Ledger(NamedTuple):
    """The record itself."""

    demonstration: bool = False
    set_up: bool = False


LEDGER = Tracker(
    "ledger",
    Ledger(),
    {
        "ledger.opened.v1": (("ledger",), lambda s, f: s._replace(demonstration=f.body["demonstration"])),
        "installation.setup_finished.v1": (("ledger",), lambda s, f: s._replace(set_up=True)),
    },
)
THIS = "ledger:this"


class LogKey(NamedTuple):
    """The key that signs for the record: which there were, and what was proposed last, by whom."""

    keys: LogKeys | None = None
    proposed: str = ""
    proposed_by: str = ""

    def after(self, position: int, statement: str) -> LogKeys:
        """The keys with one more change; ValueError says why it cannot be."""
        told = Change.read(statement)
        return (self.keys or LogKeys(((0, told.old),))).after(position, told)


def _key_proposed(state: LogKey, fact: Heard) -> LogKey:
    return state._replace(proposed=fact.body["statement"], proposed_by=fact.person)


def _key_changed(state: LogKey, fact: Heard) -> LogKey:
    return LogKey(state.after(fact.entry.get("position", 0), fact.body["statement"]))


LOG_KEY = Tracker(
    "log_key",
    LogKey(),
    {
        "ledger.log_key_proposed.v1": (("log_key",), _key_proposed),
        CHANGED: (("log_key",), _key_changed),
    },
)

#: What somebody did that somebody else is to judge, and the subjects by which it is found again.
PARTS: dict[str, tuple[str, ...]] = {
    "identity.unit_created.v1": ("unit",),
    "identity.label_verified.v1": ("unit",),
    "quality.deviation_opened.v1": ("case",),
    "facility.monitored.v1": ("batch",),
    "manufacturing.bag_filled.v1": ("batch",),
    "manufacturing.filled.v1": ("batch",),
    "supply.lot_held.v1": ("lot",),
    "supply.lot_suspected.v1": ("case",),
    "supply.pack_suspected.v1": ("case",),
    "equipment.device_calibrated.v1": ("equipment",),
    "equipment.device_cleaned.v1": ("equipment",),
    "training.extension_asked.v1": ("person",),
    "training.attempt_handed_in.v1": ("attempt",),
    "correction.proposed.v1": ("case",),
    "correction.differs.v1": ("case",),
    "correction.value_corrected.v1": ("case",),
    "incident.act_reported.v1": ("case",),
}

Parts = frozenset[tuple[str, str]]


#: What ends with the thing that it is about, so that everybody who had a part in it is remembered.
OF_ONE_THING = ("correction.", "manufacturing.")


def _took_part(state: Parts, fact: Heard) -> Parts:
    # Of each kind the newest: a device is calibrated and cleaned for years.
    kept = state if fact.type.startswith(OF_ONE_THING) else frozenset(each for each in state if each[0] != fact.type)
    return kept | {(fact.type, fact.person)}


PART: Tracker[Parts] = Tracker("part", frozenset(), {kind: (names, _took_part) for kind, names in PARTS.items()})
