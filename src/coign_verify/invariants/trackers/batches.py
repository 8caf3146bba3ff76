"""What is remembered of a batch as it is made and tested: steps, samples, results, investigations, its audit trail."""

from typing import NamedTuple

from coign_verify.invariants.model import Heard, Tracker


class Making(NamedTuple):
    """How far production is. `drawn`: the samples of the plan; `may_wait_until`: to when a wait was extended."""

    version: str = ""
    room: str = ""
    started_at: str = ""
    steps: tuple[str, ...] = ()
    step_at: str = ""
    may_wait_until: str = ""
    drawn: frozenset[str] = frozenset()
    bags: int = 0
    filled_at: str = ""
    site: str = ""
    resumed_at: str = ""


def _started(state: Making, fact: Heard) -> Making:
    body = fact.body
    return Making(body["version"], body["room"], fact.time, site=body.get("site") or "")


def _stepped(state: Making, fact: Heard) -> Making:
    return state._replace(steps=(*state.steps, fact.body["step"]), step_at=fact.time, may_wait_until="")


def _drawn(state: Making, fact: Heard) -> Making:
    return state._replace(drawn=state.drawn | {fact.body["planned"]})


def _closed(state: Making, fact: Heard) -> Making:
    return state._replace(bags=state.bags + 1, filled_at=fact.time)


MAKING = Tracker(
    "making",
    Making(),
    {
        "manufacturing.batch_started.v1": (("batch",), _started),
        "manufacturing.step_completed.v1": (("batch",), _stepped),
        "manufacturing.batch_resumed.v1": (("batch",), lambda s, f: s._replace(resumed_at=f.time)),
        "manufacturing.hold_extended.v1": (("batch",), lambda s, f: s._replace(may_wait_until=f.body["until"])),
        "manufacturing.sample_drawn.v1": (("batch",), _drawn),
        "manufacturing.bag_filled.v1": (("batch",), lambda s, f: s._replace(bags=s.bags + 1)),
        "manufacturing.filled.v1": (("batch",), _closed),
    },
)

#: The tests for which a sample was drawn, by the sample.
SAMPLE: Tracker[frozenset[str]] = Tracker(
    "sample",
    frozenset(),
    {"manufacturing.sample_drawn.v1": (("sample",), lambda s, f: frozenset(f.body.get("tests") or ()))},
)


class Slot(NamedTuple):
    """A place in production: `kept` for a therapy, or `used` by a batch of it; and its dates."""

    state: str = ""
    collection_on: str = ""


def _kept(state: Slot, fact: Heard) -> Slot:
    return Slot("kept", fact.body.get("collection_on") or state.collection_on)


SLOT = Tracker(
    "slot",
    Slot(),
    {
        "manufacturing.slot_confirmed.v1": (("chain",), _kept),
        "manufacturing.slot_moved.v1": (("chain",), _kept),
        "manufacturing.batch_started.v1": (("chain",), lambda s, f: s._replace(state="used")),
        "quality.batch_rejected.v1": (("chain",), lambda s, f: Slot()),
        "manufacturing.abandoned.v1": (("chain",), lambda s, f: Slot()),
    },
)


class Line(NamedTuple):
    """Who looked at a room first, for whom, and when; and the batch of which a label is missing there."""

    by: str = ""
    chain: str = ""
    at: str = ""
    missing_of: str = ""


def _looked(state: Line, fact: Heard) -> Line:
    return Line(fact.body["by"], fact.body["chain"], fact.time, state.missing_of)


def _counted(state: Line, fact: Heard) -> Line:
    missing = fact.body["printed"] != fact.body["used"] + fact.body["destroyed"]
    return state._replace(missing_of=fact.body["batch"] if missing else "")


LINE = Tracker(
    "line",
    Line(),
    {
        "manufacturing.line_checked.v1": (("room",), _looked),
        "manufacturing.line_cleared.v1": (("room",), lambda s, f: Line(missing_of=s.missing_of)),
        "manufacturing.line_mismatched.v1": (("room",), lambda s, f: Line(missing_of=s.missing_of)),
        "manufacturing.batch_started.v1": (("room",), lambda s, f: Line(missing_of=s.missing_of)),
        "manufacturing.labels_counted.v1": (("room",), _counted),
    },
)


class Cleaning(NamedTuple):
    """A device that must be clean of other patients' cells. `doubt`: it was cleaned too late, or not well enough."""

    kind: str = ""
    used_for: str = ""
    cleaned_at: str = ""
    doubt: bool = False


def _used(state: Cleaning, fact: Heard) -> Cleaning:
    return state._replace(used_for=fact.body.get("chain") or "")


def _cleaned(state: Cleaning, fact: Heard) -> Cleaning:
    late = bool(fact.body.get("was_due")) or state.doubt
    return state._replace(used_for="", cleaned_at=fact.time, doubt=late)


def _judged(state: Cleaning, fact: Heard) -> Cleaning:
    good = fact.body["verdict"] == "clean"
    return state._replace(doubt=False, cleaned_at=state.cleaned_at if good else "0")


CLEANING = Tracker(
    "cleaning",
    Cleaning(),
    {
        "equipment.device_registered.v1": (("equipment",), lambda s, f: Cleaning(f.body.get("device_kind", ""))),
        "equipment.devices_used.v1": (("equipment",), _used),
        "equipment.device_cleaned.v1": (("equipment",), _cleaned),
        "equipment.late_cleaning_judged.v1": (("equipment",), _judged),
    },
)


# Results


class Result(NamedTuple):
    """A result that stands, and how far its investigation is if it fails."""

    attribute: str
    by: str
    verdict: str
    found: str = ""
    found_by: str = ""
    planned: int = 0
    repeated: int = 0
    concluded: str = ""

    @property
    def is_unexplained(self) -> bool:
        """It fails, and nobody decided yet what that means."""
        return self.verdict == "fail" and not self.concluded


class Results(NamedTuple):
    """The results of a batch that stand, and each test that was set aside, as often as it was."""

    standing: frozenset[Result] = frozenset()
    aside: tuple[str, ...] = ()
    decided: bool = False
    too_few: bool = False
    pending: frozenset[str] = frozenset()

    def of(self, attribute: str) -> Result | None:
        """The result of a test."""
        return next((each for each in self.standing if each.attribute == attribute), None)


def _put(state: Results, result: Result) -> Results:
    others = (each for each in state.standing if each.attribute != result.attribute)
    return state._replace(standing=frozenset((*others, result)))


def _recorded(state: Results, fact: Heard) -> Results:
    body = fact.body
    return _put(state, Result(body["attribute"], body["by"], body["verdict"]))


def _went_on(state: Results, fact: Heard, **changed: object) -> Results:
    result = state.of(fact.body["attribute"])
    return state if result is None else _put(state, result._replace(**changed))  # type: ignore[arg-type]


def _repeated(state: Results, fact: Heard) -> Results:
    result = state.of(fact.body["attribute"])
    return state if result is None else _put(state, result._replace(repeated=result.repeated + 1))


def _put_aside(state: Results, fact: Heard) -> Results:
    name = fact.body["attribute"]
    left = frozenset(each for each in state.standing if each.attribute != name)
    return state._replace(standing=left, aside=(*state.aside, name))


def _concluded(state: Results, fact: Heard) -> Results:
    if fact.body["conclusion"] == "laboratory_error":
        return _put_aside(state, fact)
    return _went_on(state, fact, concluded=fact.body["conclusion"])


def _certified(state: Results, fact: Heard) -> Results:
    return state._replace(decided=True, pending=frozenset(fact.body.get("pending") or ()))


RESULTS = Tracker(
    "results",
    Results(),
    {
        "quality.result_recorded.v1": (("batch",), _recorded),
        "quality.laboratory_assessed.v1": (
            ("batch",),
            lambda s, f: _went_on(s, f, found=f.body.get("found", ""), found_by=f.body.get("by", "")),
        ),
        "quality.retests_planned.v1": (("batch",), lambda s, f: _went_on(s, f, planned=f.body["times"])),
        "quality.retest_recorded.v1": (("batch",), _repeated),
        "quality.result_invalidated.v1": (("batch",), _put_aside),
        "quality.investigation_concluded.v1": (("batch",), _concluded),
        "quality.record_reviewed.v1": (
            ("batch",),
            lambda s, f: s._replace(too_few=bool(f.body.get("too_few_cells"))),
        ),
        "quality.certified.v1": (("batch",), _certified),
        "quality.supplied_under_exception.v1": (("batch",), _certified),
        "quality.batch_rejected.v1": (("batch",), lambda s, f: s._replace(decided=True)),
    },
)


class AuditTrail(NamedTuple):
    """The audit trail of a batch: which entries were answered for, and who read it or put its reading off."""

    answered: frozenset[int] = frozenset()
    read_by: str = ""
    put_off_by: str = ""
    judged: frozenset[tuple[int, str]] = frozenset()

    def judged_by(self, entry: int) -> str:
        """Who made an entry in which the quality unit set something aside, repeated or put it off; empty: none such."""
        return next((person for position, person in self.judged if position == entry), "")


#: What the quality unit sets aside, repeats or puts off: whoever reads the audit trail stops there.
STANDS_OUT = (
    "quality.result_invalidated.v1", "quality.laboratory_assessed.v1", "quality.retests_planned.v1",
    "manufacturing.hold_extended.v1",
)  # fmt: skip


def _stands_out(state: AuditTrail, fact: Heard) -> AuditTrail:
    return state._replace(judged=state.judged | {(fact.entry["position"], fact.person)})


AUDIT_TRAIL = Tracker(
    "audit_trail",
    AuditTrail(),
    {
        "quality.audit_trail_line_answered.v1": (
            ("batch",),
            lambda s, f: s._replace(answered=s.answered | {f.body["entry"]}),
        ),
        "quality.audit_trail_reviewed.v1": (("batch",), lambda s, f: s._replace(read_by=f.body["by"], put_off_by="")),
        "quality.audit_trail_review_deferred.v1": (("batch",), lambda s, f: s._replace(put_off_by=f.body["by"])),
        **dict.fromkeys(STANDS_OUT, (("batch",), _stands_out)),
    },
)
