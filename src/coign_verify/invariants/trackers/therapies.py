"""What is remembered of a therapy, its patient, and of what authorities allow."""

from typing import NamedTuple

from coign_verify.invariants.model import Heard, Tracker


class Chain(NamedTuple):
    """One therapy of one patient. `products`: its final containers; `counted`: those that were found at the centre.

    `checked`: who looked first at the chair, and when; `found_at`: when a second one agreed. `against`: what stood
    against an infusion when a physician last looked. `thawed`: bags that were thawed and not finished.
    `waits`: a wristband of somebody else was scanned at the chair, by these people. `may_be_given`: who decided, and
    when, that the product is given although administration is stopped.
    """

    patient: str = ""
    programme: str = ""
    version: str = ""
    product: str = ""
    centre: str = ""
    maker: str = ""
    at_the_chair: tuple[str, str] | None = None
    waits: tuple[str, ...] = ()
    ordered: bool = False
    products: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    counted_at: str = ""
    checked: tuple[str, str] | None = None
    found_at: str = ""
    conditioning_ordered: bool = False
    first_dose_at: str = ""
    conditioned: bool = False
    assessed_at: str = ""
    against: tuple[str, ...] = ()
    thawed: frozenset[str] = frozenset()
    lots: frozenset[str] = frozenset()
    reactive: bool = False
    sampled: bool = False
    justified: bool = False
    papers: frozenset[str] = frozenset()
    may_be_given: tuple[str, str] | None = None
    batch: str = ""
    ended: bool = False


def _begun(state: Chain, fact: Heard) -> Chain:
    names = ("patient", "programme", "version", "product", "centre", "maker")
    return state._replace(**{name: fact.body[name] for name in names})


def _made(state: Chain, fact: Heard) -> Chain:
    if fact.body["unit_kind"] != "final_container":
        return state
    return state._replace(products=state.products | {fact.body["unit"]})


def _confirmed(state: Chain, fact: Heard) -> Chain:
    return state._replace(at_the_chair=(fact.body["first"], fact.body["second"]), found_at=fact.time)


def _mixed_up(state: Chain, fact: Heard) -> Chain:
    return state._replace(at_the_chair=None, waits=tuple(fact.body["between"]))


def _decided(state: Chain, fact: Heard) -> Chain:
    word = (fact.body["decider"], fact.time)
    return state._replace(may_be_given=word if fact.body["may_be_given"] else None)


def _marker(state: Chain, fact: Heard) -> Chain:
    return state._replace(reactive=state.reactive or fact.body["result"] == "reactive")


def _paper(state: Chain, fact: Heard) -> Chain:
    return state._replace(papers=state.papers | {fact.type})


#: Papers of a request to give a product out of specification.
PAPERS = (
    "quality.exception_requested.v1", "quality.exception_risk_assessed.v1", "quality.exception_accepted.v1",
    "quality.exception_notified.v1", "quality.expanded_access_recorded.v1",
)  # fmt: skip


CHAIN = Tracker(
    "chain",
    Chain(),
    {
        "identity.chain_begun.v1": (("chain",), _begun),
        "identity.unit_created.v1": (("chain",), _made),
        "clinical.ordered.v1": (("chain",), lambda s, f: s._replace(ordered=True)),
        "collection.identity_checked.v1": (("chain",), lambda s, f: s._replace(checked=(f.body["by"], f.time))),
        "collection.identity_confirmed.v1": (("chain",), _confirmed),
        "collection.identity_mismatched.v1": (("chain",), _mixed_up),
        "collection.mismatch_resolved.v1": (("chain",), lambda s, f: s._replace(at_the_chair=None, waits=())),
        "collection.started.v1": (
            ("chain",),
            lambda s, f: s._replace(at_the_chair=None, lots=s.lots | set(f.body.get("lots") or ())),
        ),
        "clinical.conditioning_given.v1": (("chain",), lambda s, f: s._replace(conditioned=True)),
        "infusion.patient_assessed.v1": (
            ("chain",),
            lambda s, f: s._replace(assessed_at=f.time, against=tuple(f.body["outside"])),
        ),
        "infusion.thawed.v1": (("chain",), lambda s, f: s._replace(thawed=s.thawed | {f.body["unit"]})),
        "infusion.finished.v1": (("chain",), lambda s, f: s._replace(thawed=s.thawed - {f.body["unit"]})),
        "clinical.product_confirmed.v1": (
            ("chain",),
            lambda s, f: s._replace(counted=frozenset(f.body["units"]), counted_at=f.time),
        ),
        "clinical.conditioning_started.v1": (("chain",), lambda s, f: s._replace(conditioning_ordered=True)),
        "clinical.conditioning_begun.v1": (("chain",), lambda s, f: s._replace(first_dose_at=f.time)),
        "donor.samples_taken.v1": (("chain",), lambda s, f: s._replace(sampled=True)),
        "donor.marker_reported.v1": (("chain",), _marker),
        "donor.open_markers_justified.v1": (("chain",), lambda s, f: s._replace(justified=True)),
        **dict.fromkeys(PAPERS, (("chain",), _paper)),
        "manufacturing.batch_started.v1": (("chain",), lambda s, f: s._replace(batch=f.body["batch"])),
        "regulatory.administration_decided.v1": (("chain",), _decided),
        "identity.chain_ended.v1": (("chain",), lambda s, f: s._replace(ended=True)),
    },
)


class Patient(NamedTuple):
    """What a patient agreed to, and the prescriber of each order that was prepared.

    `unsettled_by`: who changed who the patient is, as long as no second person settled it.
    """

    consents: frozenset[tuple[str, str]] = frozenset()
    drafts: frozenset[tuple[str, str]] = frozenset()
    fit_since: frozenset[tuple[str, str]] = frozenset()
    unsettled_by: str = ""


def _agreed(state: Patient, fact: Heard) -> Patient:
    return state._replace(consents=state.consents | {(fact.body["programme"], fact.body["purpose"])})


def _withdrawn(state: Patient, fact: Heard) -> Patient:
    return state._replace(consents=state.consents - {(fact.body["programme"], fact.body["purpose"])})


def _drafted(state: Patient, fact: Heard) -> Patient:
    programme, prescriber = fact.body["programme"], fact.body["prescriber"]
    others = (d for d in state.drafts if d[0] != programme)
    return state._replace(drafts=frozenset((*others, (programme, prescriber))))


def _signed(state: Patient, fact: Heard) -> Patient:
    return state._replace(drafts=frozenset(d for d in state.drafts if d[0] != fact.body["programme"]))


def _fit(state: Patient, fact: Heard) -> Patient:
    others = (f for f in state.fit_since if f[0] != fact.body["programme"])
    return state._replace(fit_since=frozenset((*others, (fact.body["programme"], fact.time))))


def _corrected(state: Patient, fact: Heard) -> Patient:
    # A change that a document shows was made in a therapy, and waits for a second person.
    return state._replace(unsettled_by=fact.person) if fact.body.get("evidence") else state


PATIENT = Tracker(
    "patient",
    Patient(),
    {
        "clinical.consent_given.v1": (("patient",), _agreed),
        "clinical.consent_withdrawn.v1": (("patient",), _withdrawn),
        "clinical.eligibility_confirmed.v1": (("patient",), _fit),
        "clinical.identity_corrected.v1": (("patient",), _corrected),
        "clinical.identity_settled.v1": (("patient",), lambda s, f: s._replace(unsettled_by="")),
        "clinical.order_drafted.v1": (("patient",), _drafted),
        "clinical.ordered.v1": (("patient",), _signed),
    },
)


class Suspension(NamedTuple):
    """One stop of an authorisation: the acts it stops, at which place if only at one, and who may decide otherwise."""

    number: int
    acts: tuple[str, ...]
    site: str
    decider: str
    since: str


class Authorisation(NamedTuple):
    """What an authority allows for patients of some centres."""

    centres: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    valid_from: str = ""
    valid_until: str = ""
    stops: frozenset[Suspension] = frozenset()
    stops_so_far: int = 0
    jurisdiction: str = ""
    basis: str = ""
    releasers: tuple[str, ...] = ()
    kept_by: str = ""
    #: When making was stopped last, at every place or at the one that is named with it.
    making_stopped: tuple[str, str] = ("", "")

    def is_valid(self, now: str) -> bool:
        """Whether it is within its time, whatever it lets be done."""
        return self.valid_from <= now < self.valid_until and not any(s.acts == EVERY_ACT for s in self.stops)

    def allows(self, act: str, now: str, site: str = "", decided: tuple[str, str] | None = None) -> bool:
        """Whether this act is allowed now at this place, or somebody whom the stop names decided so since it began."""
        blocking = (s for s in self.stops if act in s.acts and s.site in ("", site))
        overruled = all(decided is not None and decided[0] == s.decider and decided[1] >= s.since for s in blocking)
        return overruled and self.valid_from <= now < self.valid_until


EVERY_ACT = ("new_orders", "collection", "manufacture", "dispatch", "administration")


def _granted(state: Authorisation, fact: Heard) -> Authorisation:
    body = fact.body
    return Authorisation(
        tuple(body["centres"]), tuple(body["sites"]), body["valid_from"], body["valid_until"],
        jurisdiction=body.get("jurisdiction", ""), basis=body.get("basis", ""),
        releasers=tuple(body.get("releasers") or ()), kept_by=body.get("kept_by", ""),
    )  # fmt: skip


def _varied(state: Authorisation, fact: Heard) -> Authorisation:
    # A place that is left out is a stop of its own, and counted as one.
    left_out = sum(site not in fact.body["sites"] for site in state.sites)
    centres, sites = tuple(fact.body["centres"]), tuple(fact.body["sites"])
    releasers = tuple(fact.body.get("releasers") or ())
    return state._replace(centres=centres, sites=sites, releasers=releasers, stops_so_far=state.stops_so_far + left_out)


def _stopped(state: Authorisation, fact: Heard) -> Authorisation:
    body, number = fact.body, state.stops_so_far + 1
    acts = tuple(body.get("scope") or EVERY_ACT)
    stop = Suspension(number, acts, body.get("site") or "", body["decider"], fact.time)
    making = (fact.time, stop.site) if "manufacture" in acts else state.making_stopped
    return state._replace(stops=state.stops | {stop}, stops_so_far=number, making_stopped=making)


def _lifted(state: Authorisation, fact: Heard) -> Authorisation:
    return state._replace(stops=frozenset(s for s in state.stops if s.number != fact.body["suspension"]))


AUTHORISATION = Tracker(
    "authorisation",
    Authorisation(),
    {
        "regulatory.authorisation_granted.v1": (("authorisation",), _granted),
        "regulatory.authorisation_varied.v1": (("authorisation",), _varied),
        "regulatory.authorisation_renewed.v1": (
            ("authorisation",),
            lambda s, f: s._replace(valid_until=f.body["valid_until"]),
        ),
        "regulatory.authorisation_suspended.v1": (("authorisation",), _stopped),
        "regulatory.suspension_lifted.v1": (("authorisation",), _lifted),
        "regulatory.authorisation_revoked.v1": (("authorisation",), _stopped),
    },
)


class Product(NamedTuple):
    """The authorisations that were ever granted for a product."""

    authorisations: tuple[str, ...] = ()


PRODUCT = Tracker(
    "product",
    Product(),
    {
        "regulatory.authorisation_granted.v1": (
            ("product",),
            lambda s, f: Product((*s.authorisations, f.body["authorisation"])),
        ),
    },
)


#: The products that a patient may receive by name.
RECIPIENT: Tracker[frozenset[str]] = Tracker(
    "recipient",
    frozenset(),
    {"regulatory.recipient_named.v1": (("patient",), lambda s, f: s | {f.body["product"]})},
)


class Programme(NamedTuple):
    """The version of a programme that two people put in force."""

    version: str = ""


PROGRAMME = Tracker(
    "programme",
    Programme(),
    {"regulatory.programme_approved.v1": (("programme",), lambda s, f: Programme(f.body["version"]))},
)

Cases = frozenset[str]

#: Corrections of values that nobody has assessed, by the batch or therapy whose record they stand in.
CORRECTIONS: Tracker[Cases] = Tracker(
    "corrections",
    frozenset(),
    {
        "correction.proposed.v1": (("home",), lambda s, f: s | {f.body["case"]}),
        "correction.assessed.v1": (("home",), lambda s, f: s - {f.body["case"]}),
    },
)
