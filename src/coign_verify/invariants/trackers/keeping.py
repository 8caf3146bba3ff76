"""What is remembered of donors' samples, of tanks, of bags that somebody means to take out, and of values put right."""

from typing import NamedTuple

from coign_verify.invariants.model import Heard, Tracker

#: The numbers of a donor's samples, by the therapy.
BLOOD: Tracker[frozenset[str]] = Tracker(
    "blood", frozenset(), {"donor.samples_taken.v1": (("chain",), lambda s, f: s | {f.body["sample"]})}
)

#: Who means to take a container out of its place; empty: nobody.
MEANT: Tracker[str] = Tracker(
    "meant",
    "",
    {
        "storage.removal_started.v1": (("unit",), lambda s, f: f.person),
        "storage.placed.v1": (("unit",), lambda s, f: ""),
        "storage.taken_out.v1": (("unit",), lambda s, f: ""),
        "storage.removal_mismatched.v1": (("units",), lambda s, f: ""),
    },
)


class Disputed(NamedTuple):
    """A value of which somebody said that it is wrong, and the case in which a second person reads its source."""

    entry: int
    name: str
    case: str


def _proposed(state: frozenset[Disputed], fact: Heard) -> frozenset[Disputed]:
    return state | {Disputed(fact.body.get("entry", 0), fact.body.get("name", ""), fact.body["case"])}


def _read(state: frozenset[Disputed], fact: Heard) -> frozenset[Disputed]:
    return frozenset(each for each in state if each.case != fact.body["case"])


DISPUTED: Tracker[frozenset[Disputed]] = Tracker(
    "disputed",
    frozenset(),
    {
        "correction.proposed.v1": (("home",), _proposed),
        "correction.differs.v1": (("home",), _read),
        "correction.value_corrected.v1": (("of",), _read),
    },
)

#: In which house somebody said of a value that it is wrong: its source lies there.
SOURCE: Tracker[str] = Tracker(
    "source",
    "",
    {"correction.proposed.v1": (("case",), lambda s, f: str(f.entry["intent"]["actor"]["organisation"]))},
)


class Tank(NamedTuple):
    """Where cells are kept: whose it is, until when its tests count, and whether it was taken out of service."""

    owner: str = ""
    qualified_until: str = ""
    closed: bool = False

    def may_be_used(self, now: str) -> bool:
        """Whether somebody watches the cold in it."""
        return not self.closed and now < self.qualified_until


def _tested(state: Tank, fact: Heard) -> Tank:
    return Tank(state.owner or fact.body["organisation"], fact.body["qualified_until"])


TANK = Tracker(
    "tank",
    Tank(),
    {
        "storage.tank_qualified.v1": (("tank",), _tested),
        "storage.tank_closed.v1": (("tank",), lambda s, f: s._replace(closed=True)),
    },
)
