"""What is remembered of organisations, suppliers, versions, applications, cases of the store, and of learners."""

from typing import NamedTuple

from coign_verify.invariants.model import Heard, Tracker


class Organisation(NamedTuple):
    """An organisation that takes part, and the one whose administrator brought it in."""

    category: str = ""
    brought_in_by: str = ""
    country: str = ""


def _registered(state: Organisation, fact: Heard) -> Organisation:
    here = fact.entry["intent"]["actor"]["organisation"]
    return Organisation(fact.body.get("category", ""), here, fact.body.get("country", ""))


ORGANISATION = Tracker(
    "organisation", Organisation(), {"people.organisation_registered.v1": (("organisation",), _registered)}
)


class Supplied(NamedTuple):
    """What a supplier may sell: by material its origin, and whether it is suspended."""

    materials: frozenset[tuple[str, str, bool]] = frozenset()

    def of(self, material: str) -> tuple[str, bool] | None:
        """Origin of a material and whether buying it is suspended."""
        return next(((origin, stopped) for m, origin, stopped in self.materials if m == material), None)


def _qualified(state: Supplied, fact: Heard) -> Supplied:
    others = (each for each in state.materials if each[0] != fact.body["material"])
    return Supplied(frozenset((*others, (fact.body["material"], fact.body["origin"], False))))


def _suspended(state: Supplied, fact: Heard) -> Supplied:
    stopped = fact.body["material"]
    return Supplied(frozenset((m, origin, gone or m == stopped) for m, origin, gone in state.materials))


SUPPLIER = Tracker(
    "supplier",
    Supplied(),
    {
        "supply.supplier_qualified.v1": (("supplier",), _qualified),
        "supply.supplier_suspended.v1": (("supplier",), _suspended),
    },
)


class Version(NamedTuple):
    """The version of a programme or course that somebody proposed last."""

    proposed: str = ""


VERSION: Tracker[Version] = Tracker(
    "version",
    Version(),
    {
        "regulatory.programme_proposed.v1": (("programme",), lambda s, f: Version(f.body["version"])),
        "training.course_proposed.v1": (("course",), lambda s, f: Version(f.body["version"])),
    },
)


class Application(NamedTuple):
    """What was applied for, which questions wait for an answer, and what was decided."""

    product: str = ""
    jurisdiction: str = ""
    asked: frozenset[int] = frozenset()
    verdict: str = ""


APPLICATION = Tracker(
    "application",
    Application(),
    {
        "regulatory.application_submitted.v1": (
            ("application",),
            lambda s, f: Application(f.body["product"], f.body["jurisdiction"]),
        ),
        "regulatory.question_asked.v1": (
            ("application",),
            lambda s, f: s._replace(asked=s.asked | {f.body["number"]}),
        ),
        "regulatory.question_answered.v1": (
            ("application",),
            lambda s, f: s._replace(asked=s.asked - {f.body["number"]}),
        ),
        "regulatory.application_decided.v1": (("application",), lambda s, f: s._replace(verdict=f.body["verdict"])),
    },
)


#: The conditions of an authorisation of which somebody said that they are fulfilled, each with who said so.
REPORTED: Tracker[frozenset[tuple[int, str]]] = Tracker(
    "reported",
    frozenset(),
    {
        "regulatory.fulfilment_reported.v1": (
            ("authorisation",),
            lambda s, f: s | {(f.body.get("condition", 0), f.person)},
        ),
    },
)


class Suspicion(NamedTuple):
    """How many packs of a suspect product were found wrong."""

    wrong: int = 0


SUSPICION: Tracker[Suspicion] = Tracker(
    "suspicion",
    Suspicion(),
    {"supply.suspicion_investigated.v1": (("case",), lambda s, f: Suspicion(f.body["packs_wrong"]))},
)


class Attempt(NamedTuple):
    """Whose attempt it is, and the one whose answers it looks like."""

    person: str = ""
    alike: str = ""


ATTEMPT = Tracker(
    "attempt",
    Attempt(),
    {
        "training.attempt_started.v1": (("attempt",), lambda s, f: Attempt(f.body["person"])),
        "training.answers_alike.v1": (("attempt",), lambda s, f: s._replace(alike=f.body["other"])),
    },
)


class Passed(NamedTuple):
    """A course whose questions a learner answered well enough; `counts`: nobody asks whether they are their own."""

    course: str
    version: str
    counts: bool


Learner = frozenset[Passed]


def _handed_in(state: Learner, fact: Heard) -> Learner:
    if fact.body["result"] == "failed":
        return state
    passed = Passed(fact.body["course"], fact.body["version"], fact.body["result"] == "passed")
    return _assigned(state, fact) | {passed}


def _assigned(state: Learner, fact: Heard) -> Learner:
    return frozenset(each for each in state if each.course != fact.body["course"])


def _decided(state: Learner, fact: Heard) -> Learner:
    if fact.body["verdict"] != "counts":
        return _assigned(state, fact)
    return frozenset(p._replace(counts=True) if p.course == fact.body["course"] else p for p in state)


LEARNER: Tracker[Learner] = Tracker(
    "learner",
    frozenset(),
    {
        "training.course_assigned.v1": (("learner",), _assigned),
        "training.attempt_handed_in.v1": (("learner",), _handed_in),
        "training.attempt_decided.v1": (("learner",), _decided),
    },
)


class Extensions(NamedTuple):
    """The tasks for which somebody asked for more time, and those that were extended since they were last shown."""

    asked: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()


def _extended(state: Extensions, fact: Heard) -> Extensions:
    task = {fact.body["task"]}
    return Extensions(state.asked - task, state.given | task)


def _shown(state: Extensions, fact: Heard) -> Extensions:
    return state._replace(given=state.given - {fact.body["task"]})


EXTENSIONS = Tracker(
    "extensions",
    Extensions(),
    {
        "training.extension_asked.v1": (("person",), lambda s, f: s._replace(asked=s.asked | {f.body["task"]})),
        "training.extension_approved.v1": (("person",), _extended),
        "training.qualified.v1": (("person",), _shown),
        "training.qualification_earned.v1": (("person",), _shown),
    },
)
