"""What an authority allows, and what it stops."""

from typing import Any

from tests.support.authorised import TRIAL
from tests.support.plant import (
    ASSESSOR,
    BATCH,
    CENTRE,
    DEMOLUCEL,
    FILE,
    MAKER,
    OPERATOR,
    PLANT,
    QA,
    QP,
    REGULATORY,
    SEALED,
    T1,
    WARD,
    Plant,
    as_role,
)  # fmt: skip
from tests.support.plant_cases import allow, nothing, refuse, then

from coign.kernel.subjects import Authorisation, Organisation, Person, Product
from coign.people.events import OrganisationRegistered

GRANT, VARY, RENEW = "regulatory.grant", "regulatory.vary", "regulatory.renew"
SUSPEND, LIFT, REVOKE = "regulatory.suspend", "regulatory.lift_suspension", "regulatory.revoke"
DECIDE, RESUME = "regulatory.decide_administration", "manufacturing.resume_batch"
PRAIRIE = Organisation.of("prairie")
THIS = {"authorisation": TRIAL, "evidence": FILE}
NEVER = {"authorisation": Authorisation.of("NEVER"), "evidence": FILE}


def grant(p: Plant, **changed: Any) -> dict[str, Any]:
    good = {
        "product": Product.of("otherlucel"), "number": "EU/TRIAL/2", "jurisdiction": "EU", "stage": "phase_1",
        "basis": "trial", "holder": MAKER, "makers": (MAKER,), "sites": (PLANT,), "centres": (CENTRE,),
        "releasers": (QP.person,), "valid_from": p.now, "valid_until": p.now.plus(days=365), "evidence": FILE,
        "authorisation": Authorisation.of("TRIAL2"),
    }  # fmt: skip
    return {**good, **changed}


def vary(p: Plant, **changed: Any) -> dict[str, Any]:
    good = {
        **THIS, "stage": "phase_3", "basis": "trial", "makers": (MAKER,), "sites": (PLANT,), "centres": (CENTRE,),
        "releasers": (QP.person,),
    }  # fmt: skip
    return {**good, **changed}


def suspend(**changed: Any) -> dict[str, Any]:
    return {**THIS, "scope": ("new_orders",), "decider": "nobody", "why": SEALED, **changed}


def abroad(p: Plant) -> None:
    p.happened(
        OrganisationRegistered(organisation=PRAIRIE, name="X", category="treatment_centre", country="US"), by=ASSESSOR
    )


def revoked(p: Plant) -> None:
    p.act(REVOKE, ASSESSOR, **THIS, decider="nobody", why=SEALED)


def suspended(p: Plant) -> None:
    p.suspend("collection")


def waiting(p: Plant) -> None:
    """A therapy is ordered, and administration is stopped; the quality unit decides for each patient."""
    p.ordered()
    p.suspend("administration", decider="quality_unit")


allow(GRANT, ASSESSOR, nothing, grant)
allow(GRANT, REGULATORY, nothing, grant)
allow(GRANT, ASSESSOR, revoked, lambda p: grant(p, product=DEMOLUCEL))
refuse(GRANT, "granted_by_who_may", ASSESSOR, nothing, lambda p: grant(p, jurisdiction="US", centres=()))
refuse(GRANT, "granted_by_who_may", ASSESSOR, nothing, lambda p: grant(p, holder=CENTRE))
refuse(GRANT, "granted_by_who_may", REGULATORY, nothing, lambda p: grant(p, holder=CENTRE))
refuse(
    GRANT, "granted_by_who_may", as_role(REGULATORY, "authority"), lambda p: p.granted(REGULATORY, "authority"), grant
)
refuse(GRANT, "is_the_only_one", ASSESSOR, nothing, lambda p: grant(p, product=DEMOLUCEL))
refuse(GRANT, "is_the_only_one", ASSESSOR, nothing, lambda p: grant(p, number=" "))
refuse(GRANT, "validity_is_a_span", ASSESSOR, nothing, lambda p: grant(p, valid_until=p.now))
refuse(GRANT, "basis_fits_stage", ASSESSOR, nothing, lambda p: grant(p, stage="authorised"))
refuse(GRANT, "sites_are_of_makers", ASSESSOR, nothing, lambda p: grant(p, sites=(WARD,)))
refuse(GRANT, "sites_are_of_makers", ASSESSOR, nothing, lambda p: grant(p, makers=(MAKER, CENTRE)))
refuse(GRANT, "centres_are_there", ASSESSOR, nothing, lambda p: grant(p, centres=(MAKER,)))
refuse(GRANT, "centres_are_there", ASSESSOR, abroad, lambda p: grant(p, centres=(PRAIRIE,)))
refuse(GRANT, "releasers_hold_the_role", ASSESSOR, nothing, lambda p: grant(p, releasers=(QA.person,)))
refuse(GRANT, "names_a_handful", ASSESSOR, nothing, lambda p: grant(p, centres=(CENTRE, CENTRE)))

allow(VARY, ASSESSOR, nothing, vary)
allow(VARY, ASSESSOR, nothing, lambda p: vary(p, stage="phase_2"))
refuse(VARY, "authorisation_stands", ASSESSOR, revoked, vary)
refuse(VARY, "decided_by_who_may", REGULATORY, nothing, vary)
refuse(VARY, "basis_fits_stage", ASSESSOR, nothing, lambda p: vary(p, stage="authorised"))
refuse(VARY, "sites_are_of_makers", ASSESSOR, nothing, lambda p: vary(p, sites=(WARD,)))
refuse(VARY, "varied_centres_are_there", ASSESSOR, abroad, lambda p: vary(p, centres=(PRAIRIE,)))
refuse(VARY, "releasers_hold_the_role", ASSESSOR, nothing, lambda p: vary(p, releasers=(Person.of("nobody"),)))
refuse(VARY, "names_a_handful", ASSESSOR, nothing, lambda p: vary(p, sites=(PLANT, PLANT)))

allow(RENEW, ASSESSOR, nothing, lambda p: {**THIS, "valid_until": p.now.plus(days=5000)})
refuse(RENEW, "authorisation_stands", ASSESSOR, nothing, lambda p: {**NEVER, "valid_until": p.now.plus(days=5000)})
refuse(RENEW, "decided_by_who_may", REGULATORY, nothing, lambda p: {**THIS, "valid_until": p.now.plus(days=5000)})
refuse(RENEW, "renewal_lasts_longer", ASSESSOR, nothing, lambda p: {**THIS, "valid_until": p.now.plus(days=5)})

EVERYTHING = ("new_orders", "collection", "manufacture", "dispatch", "administration")
allow(SUSPEND, ASSESSOR, nothing, suspend())
allow(SUSPEND, ASSESSOR, nothing, suspend(scope=EVERYTHING, decider="authority"))
allow(SUSPEND, ASSESSOR, nothing, suspend(scope=("manufacture",), site=PLANT))
refuse(SUSPEND, "authorisation_stands", ASSESSOR, revoked, suspend())
refuse(SUSPEND, "decided_by_who_may", REGULATORY, nothing, suspend())
refuse(SUSPEND, "stops_something_more", ASSESSOR, nothing, suspend(scope=()))
refuse(SUSPEND, "stops_something_more", ASSESSOR, suspended, suspend(scope=("collection",)))
refuse(SUSPEND, "scope_names_who_decides", ASSESSOR, nothing, suspend(decider="authority"))
refuse(SUSPEND, "place_is_on_it", ASSESSOR, nothing, suspend(scope=("manufacture",), site=WARD))
refuse(SUSPEND, "place_is_on_it", ASSESSOR, nothing, suspend(scope=("dispatch",), site=PLANT))

allow(LIFT, ASSESSOR, suspended, {**THIS, "suspension": 1})
refuse(LIFT, "authorisation_stands", ASSESSOR, then(suspended, revoked), {**THIS, "suspension": 1})
refuse(LIFT, "decided_by_who_may", REGULATORY, suspended, {**THIS, "suspension": 1})
refuse(LIFT, "suspension_is_in_force", ASSESSOR, suspended, {**THIS, "suspension": 2})

allow(REVOKE, ASSESSOR, nothing, {**THIS, "decider": "authority", "why": SEALED})
refuse(REVOKE, "authorisation_stands", ASSESSOR, revoked, {**THIS, "why": SEALED})
refuse(REVOKE, "decided_by_who_may", REGULATORY, nothing, {**THIS, "why": SEALED})

SAID = {"chain": T1, "decider": "quality_unit", "may_be_given": True, "evidence": FILE}
allow(DECIDE, QA, waiting, SAID)
refuse(DECIDE, "administration_is_stopped", QA, lambda p: p.ordered(), SAID)
refuse(DECIDE, "said_by_who_decides", QA, waiting, {**SAID, "decider": "authority"})
refuse(DECIDE, "said_by_who_decides", REGULATORY, waiting, SAID)

BATCH_MAY = {"batch": BATCH, "why": SEALED}
caught = then("started", lambda p: p.suspend("manufacture"))
allow(RESUME, QA, then(caught, lambda p: p.lift()), BATCH_MAY)
refuse(RESUME, "batch_is_held", QA, then("started"), BATCH_MAY)
refuse(RESUME, "may_go_on", QA, caught, BATCH_MAY)
STEP, FILL, HELD = "manufacturing.complete_step", "manufacturing.fill", "batch_is_not_held"
stepped = then("stepped", lambda p: p.suspend("manufacture"))
refuse(STEP, HELD, OPERATOR, caught, lambda p: p.step())
refuse(STEP, HELD, OPERATOR, then(caught, lambda p: p.lift()), lambda p: p.step())
allow(STEP, OPERATOR, then(caught, lambda p: p.lift(), lambda p: p.act(RESUME, QA, **BATCH_MAY)), lambda p: p.step())
allow(STEP, OPERATOR, then("started", lambda p: p.suspend("collection")), lambda p: p.step())
refuse(FILL, HELD, OPERATOR, stepped, lambda p: p.filling())
