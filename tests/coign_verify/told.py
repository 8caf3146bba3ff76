"""Records in plain entries, written line by line as a story, and ways to tell a story otherwise."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from coign_verify.invariants import Dose, House, Plan, PlannedSample, PlannedStep, PlannedTest, Terms

BEGINS = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NEVER = "2099-01-01T00:00:00.000000Z"
VERSION = "5f" * 32
LIMITS = {
    "bedside_check_window": 15,
    "thaw_to_infusion_max": 90,
    "identity_check_window": 30,
    "issue_window": 30,
    "pre_infusion_check_valid": 1440,
    "conditioning_to_infusion_min": 7200,
    "weight_age_max": 20_160,
    "eligibility_valid": 43_200,
    "product_confirmation_valid": 10_080,
    "shipper_hold_time_min": 7200,
}
#: What a batch consists of: one step on a clean device, one sample, two tests, one filling.
PLAN = Plan(
    steps=(
        PlannedStep(
            "activate",
            (("viability_after_wash", "%"),),
            frozenset({"beads"}),
            frozenset({"cell_processor"}),
            frozenset({"cell_processor"}),
            60,
        ),
    ),
    samples=(PlannedSample("release", "activate", frozenset({"viability", "identity"}), ("5", "mL")),),
    tests=(PlannedTest("viability", "%"), PlannedTest("identity", "", number=False, may_be_pending=True)),
    bags_max=2,
    travels_before=frozenset({"EU"}),
)
SINCE = "2020-01-01"
#: What holds in every house, in minutes or as a count.
HOUSE = {
    "account.proposal_valid": 1440,
    "training.qualification_valid_max": 100_000_000,
    "training.extension_max": 4320,
    "training.extension_after_end_max": 10_080,
    "supply.supplier_valid_max": 1_578_240,
    "quality.retests_max": 1,
    "quality.retests_planned_max": 2,
    "manufacturing.fill_recorded_within": 60,
    "manufacturing.clearance_window": 30,
    "monitoring.samples_after_session_max": 60,
    "equipment.clean_hold.cell_processor": 10_080,
    "custody.offer_valid": 30,
    "logistics.receipt_window": 30,
    "infusion.emergency_valid": 120,
}
COUNTRIES = {"DE": "EU", "NL": "EU", "US": "US"}


def later(minutes: float) -> tuple[str, float]:
    """Stands for a time so many minutes after the entry itself."""
    return "minutes after", minutes


#: Stands for the time of the entry itself.
NOW = later(0)
TERMS = Terms(
    limits={VERSION: LIMITS},
    plans={VERSION: PLAN},
    house={"": House({name: ((SINCE, value),) for name, value in HOUSE.items()}, COUNTRIES)},
    tasks={
        VERSION: {"activate": "aseptic", "manufacturing.start_batch": "aseptic", "quality.record_result": "testing"}
    },
    asked={VERSION: {"infection": "", "oxygen": "%"}},
    doses={VERSION: (Dose(None, Decimal(10), Decimal(250), per_kg=False, cap=Decimal(250)),)},
)
CENTRE, MAKER, COURIER = "organisation:north", "organisation:maker", "organisation:courier"
PATIENT, OTHER_PATIENT, CHAIN = "patient:P", "patient:Q", "chain:A"
BAG, CRYO, FIRST, SECOND = "unit:collected", "unit:cryo", "unit:first", "unit:second"
#: Roles by the beginning of a name; everybody at the centre but those of the plant.
PLANT = ("operator", "qa", "qp", "analyst", "reviewer", "warehouse", "safety")
#: Kinds of subjects that entries are about.
KINDS = (
    "unit:",
    "chain:",
    "person:",
    "batch:",
    "patient:",
    "lot:",
    "room:",
    "equipment:",
    "shipment:",
    "ledger:",
    "case:",
)


#: How many entries are about a subject, and which is the last.
Head = tuple[int, int | None]
NOTHING: Head = (0, None)


def at(minute: float) -> str:
    """So many minutes after the record began."""
    return (BEGINS + timedelta(minutes=minute)).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


@dataclass(frozen=True)
class Line:
    """One entry before it has its place: who did what, how long after the entry before it."""

    who: str
    facts: tuple[tuple[str, dict[str, Any]], ...]
    after_min: float = 1
    outcome: str = "done"
    unmet: tuple[str, ...] = ()
    signed: str = ""
    role: str = ""
    #: What the rules of this act looked at besides.
    reads: tuple[str, ...] = ()
    #: Its entry at each place where it was told so far.
    told: dict[Any, dict[str, Any]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def about(self) -> list[str]:
        """The subjects that it is about: none where it was refused."""
        if self.outcome == "refused":
            return []
        values = (value for _, body in self.facts for value in body.values())
        flat = (one for value in values for one in (value if isinstance(value, list) else [value]))
        return list(dict.fromkeys(s for s in flat if isinstance(s, str) and s.startswith(KINDS)))

    def holds(self, kind: str) -> bool:
        """Whether one of its facts is of this type."""
        return any(name == kind for name, _ in self.facts)

    def with_fact(self, kind: str, **changed: Any) -> "Line":
        """The same with some values of a fact exchanged."""
        facts = tuple((name, {**body, **changed} if name == kind else body) for name, body in self.facts)
        return replace(self, facts=facts)

    def without_fact(self, kind: str) -> "Line":
        """The same without a fact."""
        return replace(self, facts=tuple(f for f in self.facts if f[0] != kind))


Story = list[Line]


def line(who: str, kind: str, *more: tuple[str, dict[str, Any]], signed: str = "", **body: Any) -> Line:
    """One entry; `more` are facts beside the first one."""
    return Line(who, ((f"{kind}.v1", body), *more), signed=signed)


def fact(kind: str, **body: Any) -> tuple[str, dict[str, Any]]:
    """A fact beside another one."""
    return f"{kind}.v1", body


def made(
    unit: str, kind: str, *parents: str, batch: str | None = None, din: str = "", chain: str = CHAIN
) -> tuple[str, dict[str, Any]]:
    """A container with its printed label."""
    body = {"unit": unit, "chain": chain, "unit_kind": kind, "organisation": CENTRE, "label_serial": unit[5:]}
    body |= {"parents": list(parents), "batch": batch, "din": din, "expires": at(300 * 1440)}
    return "identity.unit_created.v1", body


def held(unit: str, who: str) -> tuple[str, dict[str, Any]]:
    """Somebody answers for a container from now on."""
    return fact("custody.began", unit=unit, holder=house(who), person=f"person:{who}", site="site:1")


def handed(unit: str, giver: str, taker: str) -> Story:
    """Offered and taken."""
    people = {"giver": f"person:{giver}", "taker": f"person:{taker}", "to": house(taker)}
    return [
        line(giver, "custody.offered", unit=unit, giver=f"person:{giver}", to=house(taker)),
        line(taker, "custody.handed_over", unit=unit, **people),
    ]


def entries(story: Iterable[Line]) -> list[dict[str, Any]]:
    """The entries, each at its place, with the counts of the subjects that it is about.

    What stories have in common is told once: they share such an entry, and nobody changes it.
    """
    heads: dict[str, Head] = {}
    found, minute = [], 0.0
    for position, each in enumerate(story):
        minute += each.after_min
        reads = tuple(heads.get(subject, NOTHING)[0] for subject in each.reads)
        before = tuple(heads.get(subject, NOTHING) for subject in each.about)
        place = (position, minute, reads, before)
        if place not in each.told:
            each.told[place] = _entry(each, *place)
        found.append(each.told[place])
        heads |= {subject: (seq + 1, position) for subject, (seq, _) in zip(each.about, before, strict=True)}
    return found


def _entry(
    each: Line, position: int, minute: float, reads: tuple[int, ...], before: tuple[Head, ...]
) -> dict[str, Any]:
    role = each.role or each.who.partition("-")[0]
    signature = {"credential": each.signed, "method": "demonstration", "value": ""} if each.signed else None
    heads = zip(each.about, before, strict=True)
    return {
        "position": position,
        "time": at(minute),
        "outcome": each.outcome,
        "unmet": list(each.unmet),
        "read": [{"subject": subject, "seq": seq} for subject, seq in zip(each.reads, reads, strict=True)],
        "about": [{"subject": subject, "seq": seq + 1, "prev": prev} for subject, (seq, prev) in heads],
        "signature": signature,
        "intent": {
            "actor": {"person": f"person:{each.who}", "role": role, "organisation": house(each.who), "station": ""},
            "facts": [{"type": kind, "body": _at_the_time(body, minute)} for kind, body in each.facts],
            "meaning": "approved" if each.signed else None,
            "prepared": at(minute),
            "expires": at(minute + 10),
        },
    }


def _at_the_time(body: dict[str, Any], minute: float) -> dict[str, Any]:
    return {name: at(minute + value[1]) if isinstance(value, tuple) else value for name, value in body.items()}


def house(who: str) -> str:
    """Whose people they are."""
    if who.startswith("courier"):
        return COURIER
    return MAKER if who.startswith(PLANT) else CENTRE


# Ways to spoil it


Change = Callable[[Story], Story]


def _only(story: Story, kind: str, of: str) -> int:
    """Where the first entry with this fact stands; `of`: that names this somewhere in it."""
    return next(n for n, each in enumerate(story) if each.holds(f"{kind}.v1") and (not of or of in str(each.facts)))


def changed(kind: str, *, of: str = "", **values: Any) -> Change:
    """Other values in a fact."""

    def apply(story: Story) -> Story:
        n = _only(story, kind, of)
        return [*story[:n], story[n].with_fact(f"{kind}.v1", **values), *story[n + 1 :]]

    return apply


def entry_of(kind: str, *, of: str = "", **values: Any) -> Change:
    """Another person, time, outcome or signature of an entry."""

    def apply(story: Story) -> Story:
        n = _only(story, kind, of)
        return [*story[:n], replace(story[n], **values), *story[n + 1 :]]

    return apply


def without(kind: str, *, of: str = "") -> Change:
    """An entry that never happened."""

    def apply(story: Story) -> Story:
        n = _only(story, kind, of)
        return story[:n] + story[n + 1 :]

    return apply


def lacking(kind: str, *, of: str = "") -> Change:
    """A fact left out of its entry."""

    def apply(story: Story) -> Story:
        n = _only(story, kind, of)
        return [*story[:n], story[n].without_fact(f"{kind}.v1"), *story[n + 1 :]]

    return apply


def before(kind: str, *added: Line, of: str = "") -> Change:
    """Entries that happened before another one."""

    def apply(story: Story) -> Story:
        n = _only(story, kind, of)
        return [*story[:n], *added, *story[n:]]

    return apply


def after(kind: str, *added: Line, of: str = "") -> Change:
    """Entries that happened after another one."""

    def apply(story: Story) -> Story:
        n = _only(story, kind, of)
        return [*story[: n + 1], *added, *story[n + 1 :]]

    return apply


def both(*changes: Change) -> Change:
    """One after the other."""

    def apply(story: Story) -> Story:
        for change in changes:
            story = change(story)
        return story

    return apply
