"""The gates of release: the role that the destination asks for, results that may come later, what travels before."""

from typing import Protocol

from coign.facility.views import ENVIRONMENT
from coign.identity.views import CHAIN, UNIT
from coign.installation.views import not_witnessed_because
from coign.kernel.actions import Circumstances, Read, Risk, gate
from coign.kernel.subjects import Batch, Chain, Organisation, Product
from coign.kernel.values import Quantity
from coign.manufacturing.views import BATCH, reads_of_lots, recalled_because
from coign.people.views import ORGANISATION
from coign.quality.events import LATE_RESULT
from coign.quality.exception_state import CALLS, Waiting
from coign.quality.gates import OfAttribute, OfBatch, OfBlock, programme_of
from coign.quality.state import DOSSIER, REASONS
from coign.regulatory.views import authorised_for, named_for_release, reads_of_authorisation


class OfRelease(OfBatch, Protocol):
    """A command that releases a batch."""

    @property
    def pending(self) -> tuple[str, ...]: ...


class OfCall(Protocol):
    """A command that answers a call about a late result."""

    @property
    def chain(self) -> Chain: ...
    @property
    def attribute(self) -> str: ...


# What a dose is worked out from


def strength_of(batch: Batch, known: Circumstances) -> Quantity | None:
    """Cells that count in a millilitre, from the results that stand; None: the programme works no dose out."""
    plan = programme_of(batch, known).dose
    if plan is None:
        return None
    return plan.strength({r.attribute: r.value for r in known.state(DOSSIER, batch).results if r.stands})


# Where it goes


def centre_of(batch: Batch, known: Circumstances) -> Organisation:
    """For whose patient a batch is made."""
    chain = known.state(BATCH, batch).chain
    assert chain is not None, "a batch is of a therapy"
    centre = known.state(CHAIN, chain).centre
    assert centre is not None, "a therapy is of a centre"
    return centre


def reads_of_destination(batch: Batch, known: Circumstances) -> tuple[Read, ...]:
    """Once BATCH and CHAIN are read: where the product goes, what is allowed there, the lots that went into it."""
    centre = centre_of(batch, known)
    return (*reads_of_lots(batch, known), *reads_of_authorisation(product_of(batch, known), centre))


def product_of(batch: Batch, known: Circumstances) -> Product:
    """What the batch is of."""
    chain = known.state(BATCH, batch).chain
    assert chain is not None, "a batch is of a therapy"
    product = known.state(CHAIN, chain).product
    assert product is not None, "a therapy is of a product"
    return product


def destination(batch: Batch, known: Circumstances) -> str:
    """The jurisdiction whose rules the product follows; "": no rules are known for where it goes."""
    country = known.state(ORGANISATION, centre_of(batch, known)).country
    try:
        place: str = known.rules.text(f"jurisdiction.of_country.{country}", known.now)
    except KeyError:
        return ""
    return place


def rule_of(name: str, place: str, known: Circumstances) -> str:
    """What the rule sets of a destination say now; "" where no rules are known."""
    text: str = known.rules.text(name, known.now, place) if place else ""
    return text


def _not_named_because(batch: Batch, asked_role: str, known: Circumstances) -> str | None:
    """Whether who acts may answer for the product there: in the role that is asked, and named on the authorisation."""
    person, role = known.actor.person, known.actor.role
    if role != asked_role:
        return f"{person.identifier} acts as {role}, asked for is {asked_role}"
    says = authorised_for(known, product_of(batch, known), centre_of(batch, known))
    if named_for_release(says, person, known.now):
        return None
    return f"{person.identifier} is not named to release on {says.number if says else 'any authorisation'}"


@gate(
    "quality.release_is_witnessed",
    requirement="CSV-01",
    protects="What is released on a record that nobody outside has seen can be made another record afterwards.",
    remedy="Let whoever keeps the server see why the witnesses are silent; the release can wait for them.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def release_is_witnessed(asked: OfBatch, known: Circumstances) -> str | None:
    return not_witnessed_because(known, programme_of(asked.batch, known).quantity_if_any("release_witnessed_age_max"))


@gate(
    "quality.releaser_is_of_destination",
    requirement=("GMP-37", "GMP-02", "REG-02"),
    protects="Who answers for a product is who the law of its destination asks for: there, and for this product.",
    remedy="Let the person release it whom the destination's rules ask for and its authorisation names.",
    resolvers=("qp", "quality-us"),
    risk=Risk.PATIENT,
)
def releaser_is_of_destination(asked: OfBatch, known: Circumstances) -> str | None:
    centre = centre_of(asked.batch, known)
    asked_role = rule_of("release.role", destination(asked.batch, known), known)
    if not asked_role:
        return f"no rules of release are known here for {centre.identifier}"
    why = _not_named_because(asked.batch, asked_role, known)
    return f"{asked.batch.identifier} goes to {centre.identifier}: {why}" if why else None


# Results that may come later


def pending_tests(batch: Batch, known: Circumstances) -> tuple[str, ...]:
    """The tests without a result that the programme lets a product be released without."""
    dossier = known.state(DOSSIER, batch)
    return tuple(t.id for t in programme_of(batch, known).panel if t.may_be_pending and dossier.result(t.id) is None)


@gate(
    "quality.pending_results_are_named",
    requirement=("GMP-38", "GMP-15"),
    protects="Who releases without a result says so: nothing is left out by not looking.",
    remedy="Name exactly the tests that are still pending, or wait for their results.",
    resolvers=("qp", "quality-us", "analyst"),
    risk=Risk.PATIENT,
)
def pending_results_are_named(asked: OfRelease, known: Circumstances) -> str | None:
    if known.state(BATCH, asked.batch).filled_at is None:
        return None  # nothing can be tested yet; others say so
    pending = pending_tests(asked.batch, known)
    said = [f"pending and not named: {', '.join(p)}"] if (p := [t for t in pending if t not in asked.pending]) else []
    said += [f"named and not pending: {', '.join(n)}"] if (n := [t for t in asked.pending if t not in pending]) else []
    return "; ".join(said) or None


@gate(
    "quality.decision_does_not_rest_on_it",
    requirement=("GMP-21", "GMP-15"),
    protects="A result on which a decision rests is not taken away under it.",
    remedy="Reject the batch if the decision was wrong.",
    resolvers=("qp", "qa"),
    risk=Risk.PATIENT,
)
def decision_does_not_rest_on_it(asked: OfAttribute, known: Circumstances) -> str | None:
    dossier = known.state(DOSSIER, asked.batch)
    if dossier.rejected:
        return f"{asked.batch.identifier} was rejected"
    if dossier.supplied_under_exception:
        return f"{asked.batch.identifier} was supplied under exception"
    if dossier.certified and asked.attribute not in dossier.pending:
        return f"{asked.batch.identifier} was released on this result"
    return None


@gate(
    "quality.call_waits_for_answer",
    requirement="GMP-38",
    protects="Each side answers a call once, for what it was called about.",
    remedy="Look at the therapy: nobody waits for this answer.",
    resolvers=("physician", "qa"),
    risk=Risk.DATA,
)
def call_waits_for_answer(asked: OfCall, known: Circumstances) -> str | None:
    side = side_of_call(known.actor.role)
    if Waiting(asked.attribute, side) in known.state(CALLS, asked.chain).waiting:
        return None
    return f"no call about {asked.attribute} waits for the {side} of {asked.chain.identifier}"


def side_of_call(role: str) -> str:
    """Which of the two who were called somebody in this role is."""
    return "physician" if role == "physician" else "quality"


@gate(
    "quality.late_result_is_cleared",
    requirement=("GMP-38", "GMP-21"),
    protects="A product is given again only when its late result was an error of the laboratory and the repeat passes.",
    remedy="Carry the investigation out; if it confirms the result, reject the batch or supply under exception.",
    resolvers=("qa", "qcreviewer", "analyst"),
    risk=Risk.PATIENT,
)
def late_result_is_cleared(asked: OfBlock, known: Circumstances) -> str | None:
    batch = known.state(UNIT, asked.unit).batch
    if REASONS[asked.why] != LATE_RESULT or batch is None:
        return None
    dossier = known.state(DOSSIER, batch)
    results = {name: dossier.result(name) for name in dossier.pending}
    said = [f"{r.attribute} is {r.value} {r.unit}".rstrip() for r in results.values() if r and r.verdict == "fail"]
    said += [f"{name} has no reviewed result" for name, r in results.items() if r is None or r.reviewed_by is None]
    grown = known.state(ENVIRONMENT, batch).blocked_because
    return "; ".join([*said, *([grown] if grown else [])]) or None


@gate(
    "quality.lots_are_in_order",
    requirement=("GMP-S7", "GMP-19", "TRC-01"),
    protects="What is in doubt about a material is in doubt about everything that was made with it.",
    remedy="Look into the lot, or judge the device: lift the hold, or reject the batch.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def lots_are_in_order(asked: OfBatch, known: Circumstances) -> str | None:
    return recalled_because(asked.batch, known)


# Under quarantine


@gate(
    "quality.quarantine_shipment_is_foreseen",
    requirement=("GMP-37", "GMP-14"),
    protects="Product travels before its release only where programme and destination have foreseen it.",
    remedy="Wait until the product is released.",
    resolvers=("qp", "quality-us"),
    risk=Risk.PATIENT,
)
def quarantine_shipment_is_foreseen(asked: OfBatch, known: Circumstances) -> str | None:
    place = destination(asked.batch, known)
    if place not in programme_of(asked.batch, known).quarantine_shipment:
        return f"the programme does not foresee it for {place or 'this destination'}"
    if rule_of("release.quarantine_shipment", place, known) != "yes":
        return f"the rules of {place} do not allow it"
    return None
