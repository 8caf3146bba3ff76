"""An authorisation says who may do what, where and until when; a stop of it blocks exactly what it names."""

from collections.abc import Callable

import pytest
from tests.support.authorised import NUMBER, TRIAL, granted, lifted, suspended
from tests.support.paper import FOLDING, Refusal
from tests.support.plant import (
    ASSESSOR,
    AUTHORITY_EU,
    BAG,
    BATCH,
    CELLLAB,
    CENTRE,
    DEMOLUCEL,
    FILE,
    MAKER,
    OPERATOR,
    OTHER_BAG,
    PLANT,
    QA,
    QP,
    REGULATORY,
    ROOM,
    SEALED,
    T2,
    Plant,
)  # fmt: skip

from coign import catalogue
from coign.kernel.subjects import Authorisation, Batch, Organisation, Person, Site
from coign.kernel.values import Actor, Instant
from coign.kernel.views import Stamp
from coign.manufacturing.views import BATCH as BATCH_VIEW
from coign.people.events import OrganisationRegistered
from coign.regulatory.authorised import EVERY_ACT, STOPS_KEPT_MAX, Authorised
from coign.regulatory.events import AuthorisationGranted, AuthorisationRevoked, AuthorisationVaried
from coign.regulatory.views import AUTHORISATION, AUTHORISATIONS, AUTHORISATIONS_KEPT_MAX, named_for_release

MARCH = Instant("2026-03-02T08:00:00.000000Z")
VARY = "regulatory.vary"


def _trial(plant: Plant) -> Authorised:
    says = plant.state(AUTHORISATION, TRIAL).says
    assert says is not None
    assert says == plant.state(AUTHORISATIONS, DEMOLUCEL).of(TRIAL), "both views say the same"
    return says


def _unmet(plant: Plant, name: str, **given: object) -> list[str]:
    action = catalogue.ACTIONS[name]
    return plant.unmet(action, action.command(batch=Batch.of("B2"), **given), OPERATOR)


def _varied(plant: Plant, **changed: object) -> None:
    good = {
        "authorisation": TRIAL, "stage": "phase_2", "basis": "trial", "makers": (MAKER,), "sites": (PLANT,),
        "centres": (CENTRE,), "releasers": (QP.person,), "evidence": FILE,
    }  # fmt: skip
    plant.act(VARY, ASSESSOR, **{**good, **changed})


@pytest.mark.requirement("REG-S5", "REG-02")
def test_reg_s5_a_site_taken_off_the_authorisation_starts_nothing_and_what_runs_there_is_held() -> None:
    plant = Plant(MARCH)
    plant.until("started")
    for number in range(2):
        plant.act("manufacturing.complete_step", OPERATOR, **plant.step(number))

    _varied(plant, sites=())

    with pytest.raises(Refusal, match=r"\Amanufacturing.batch_is_not_held\Z"):
        plant.act("manufacturing.complete_step", OPERATOR, **plant.step(2))
    plant.ordered(T2)
    plant.collected(OTHER_BAG, T2)
    assert "manufacturing.start_is_authorised" in _unmet(plant, "manufacturing.start_batch", unit=OTHER_BAG, room=ROOM)
    assert len(plant.state(BATCH_VIEW, BATCH).steps_done) == 2

    _varied(plant)  # the place is back, and the batch still waits for the quality unit
    with pytest.raises(Refusal, match="batch_is_not_held"):
        plant.act("manufacturing.complete_step", OPERATOR, **plant.step(2))
    plant.act("manufacturing.resume_batch", QA, batch=BATCH, why=SEALED)
    plant.act("manufacturing.complete_step", OPERATOR, **plant.step(2))


@pytest.mark.requirement("REG-02")
@pytest.mark.parametrize("act", EVERY_ACT)
def test_a_suspension_blocks_exactly_the_acts_it_names(act: str) -> None:
    plant = Plant(MARCH)
    plant.suspend(act)  # type: ignore[arg-type]
    says = _trial(plant)
    assert [a for a in EVERY_ACT if says.blocked(a)] == [act]
    plant.lift()
    assert not any(_trial(plant).blocked(a) for a in EVERY_ACT)


@pytest.mark.requirement("REG-02")
def test_what_ended_refuses_and_what_was_renewed_goes_on() -> None:
    plant = Plant(MARCH)
    plant.until("cleared")
    plant.wait(days=4000)
    start = "manufacturing.start_batch"
    assert "manufacturing.start_is_authorised" in _unmet(plant, start, unit=BAG, room=ROOM)
    until = plant.now.plus(days=365)
    plant.act("regulatory.renew", ASSESSOR, authorisation=TRIAL, valid_until=until, evidence=FILE)
    assert "manufacturing.start_is_authorised" not in _unmet(plant, start, unit=BAG, room=ROOM)


@pytest.mark.requirement("REG-02")
def test_a_holder_cannot_lift_what_the_authority_stopped() -> None:
    plant = Plant(MARCH)
    plant.suspend("collection")
    with pytest.raises(Refusal, match="decided_by_who_may"):
        plant.act("regulatory.lift_suspension", REGULATORY, authorisation=TRIAL, suspension=1, evidence=FILE)
    plant.act("regulatory.lift_suspension", ASSESSOR, authorisation=TRIAL, suspension=1, evidence=FILE)


@pytest.mark.requirement("REG-02", "GMP-37")
def test_who_is_named_may_release_while_the_authorisation_holds_and_nobody_else() -> None:
    plant = Plant(MARCH)
    says = plant.state(AUTHORISATIONS, DEMOLUCEL).in_force("EU", plant.now)
    assert named_for_release(says, QP.person, plant.now)
    assert not named_for_release(says, REGULATORY.person, plant.now)
    assert not named_for_release(says, QP.person, plant.now.plus(days=5000))
    assert not named_for_release(None, QP.person, plant.now)
    assert plant.state(AUTHORISATIONS, DEMOLUCEL).in_force("US", plant.now) is None
    plant.act("regulatory.revoke", ASSESSOR, authorisation=TRIAL, decider="nobody", why=SEALED, evidence=FILE)
    assert not named_for_release(_trial(plant), QP.person, plant.now)


def test_a_revoked_authorisation_gives_way_to_a_valid_one() -> None:
    plant = Plant(MARCH)
    plant.act("regulatory.revoke", ASSESSOR, authorisation=TRIAL, decider="nobody", why=SEALED, evidence=FILE)
    held = plant.state(AUTHORISATIONS, DEMOLUCEL)
    assert held.in_force("EU", plant.now).is_revoked
    again = granted(DEMOLUCEL, makers=(MAKER,), centres=(CENTRE,), sites=(PLANT,), since=plant.now)
    other = AuthorisationGranted(**{**_fields(again), "authorisation": Authorisation.of("T2"), "number": "EU/2"})
    plant.happened(other, by=ASSESSOR)
    assert plant.state(AUTHORISATIONS, DEMOLUCEL).in_force("EU", plant.now).number == "EU/2"


def _fields(fact: object) -> dict[str, object]:
    return {name: getattr(fact, name) for name in fact.__dataclass_fields__}  # type: ignore[attr-defined]


def test_ten_years_of_stops_and_places_stay_small_and_forget_nothing_in_force() -> None:
    state, by = AUTHORISATIONS.state(), Actor(Person.of("a"), "authority", AUTHORITY_EU)
    sites = tuple(Site.of(f"plant-{n}") for n in range(8))
    centres = tuple(Organisation.of(f"centre-{n:02}") for n in range(16))
    facts: list[object] = []
    for n in range(AUTHORISATIONS_KEPT_MAX + 3):
        one = granted(DEMOLUCEL, makers=(MAKER,), centres=centres, sites=sites, since=MARCH)
        facts.append(AuthorisationGranted(**{**_fields(one), "authorisation": Authorisation.of(f"T{n}")}))
    facts.append(granted(DEMOLUCEL, makers=(MAKER,), centres=centres, sites=sites, since=MARCH))
    facts.append(suspended(DEMOLUCEL, "collection"))
    for n in range(40):
        facts += [suspended(DEMOLUCEL, "manufacture", site=sites[n % 8]), lifted(DEMOLUCEL, n + 2)]
    facts += [suspended(DEMOLUCEL, "manufacture", site=site) for site in sites]
    kept = {name: value for name, value in _fields(facts[-1]).items() if name in ("authorisation", "product")}
    varied = AuthorisationVaried(
        **kept, stage="phase_2", basis="trial", sites=sites[:4], makers=(MAKER,), centres=centres, releasers=(),
        evidence=FILE, kept_by=AUTHORITY_EU, by=by.person,
    )  # type: ignore[arg-type]  # fmt: skip
    facts.append(varied)
    for position, fact in enumerate(facts):
        state = AUTHORISATIONS.evolve(state, fact, Stamp(MARCH, position, by, DEMOLUCEL))  # type: ignore[arg-type]
    FOLDING.dump(state)  # refuses what is too large
    assert len(state.all) == AUTHORISATIONS_KEPT_MAX
    says = state.of(TRIAL)
    assert says is not None and len(says.stops) <= STOPS_KEPT_MAX and says.number == NUMBER
    assert says.blocked("collection") and all(says.blocked("manufacture", site) for site in sites[:4])


def test_a_fact_about_an_authorisation_that_nobody_granted_changes_nothing() -> None:
    by = Actor(Person.of("a"), "authority", AUTHORITY_EU)
    fact = AuthorisationRevoked(
        authorisation=TRIAL, product=DEMOLUCEL, decider="nobody", why=SEALED, evidence=FILE, kept_by=AUTHORITY_EU,
        by=by.person,
    )  # fmt: skip
    assert AUTHORISATIONS.evolve(AUTHORISATIONS.state(), fact, Stamp(MARCH, 1, by, DEMOLUCEL)).all == ()


def _regranted(plant: Plant, *, since: Instant, days: int) -> None:
    one = granted(DEMOLUCEL, makers=(MAKER,), centres=(CENTRE,), sites=(PLANT,), since=since, days=days)
    plant.happened(one, by=ASSESSOR)


def _moved(plant: Plant, country: str) -> None:
    moved = OrganisationRegistered(organisation=CENTRE, name="X", category="treatment_centre", country=country)
    plant.happened(moved, by=ASSESSOR)


SENTENCES: dict[str, Callable[[Plant], None]] = {
    "centre is in a country whose authority is not known here": lambda p: _moved(p, "JP"),
    "demolucel has no authorisation in US": lambda p: _moved(p, "US"),
    f"{NUMBER} begins to hold on 2026-": lambda p: _regranted(p, since=p.now.plus(days=20), days=10),
    f"{NUMBER} ended on 20": lambda p: p.wait(days=4001),
    f"{NUMBER} was revoked on 2026-": lambda p: p.act(
        "regulatory.revoke", ASSESSOR, authorisation=TRIAL, decider="nobody", why=SEALED, evidence=FILE
    ),
    "demolucel is preclinical in EU: nobody may receive it": lambda p: _varied(p, stage="preclinical", basis="none"),
    f"{NUMBER} does not cover centre": lambda p: _varied(p, centres=()),
    f"{NUMBER} is suspended for dispatch since 2026-": lambda p: p.suspend("dispatch"),
}


@pytest.mark.requirement("REG-02")
@pytest.mark.parametrize("sentence", SENTENCES)
def test_whoever_is_refused_reads_why(sentence: str) -> None:
    plant = Plant(MARCH)
    plant.equipped()
    plant.ordered()
    plant.collected()
    SENTENCES[sentence](plant)
    assert sentence in _said(plant, "logistics.pack", CELLLAB, "logistics.dispatch_is_authorised", **plant.parcel())


def test_a_maker_that_is_not_named_begins_nothing() -> None:
    plant = Plant(MARCH)
    plant.until("cleared")
    _varied(plant, makers=(), sites=(), releasers=())
    said = _said(
        plant, "manufacturing.start_batch", OPERATOR, "manufacturing.start_is_authorised", unit=BAG, room=ROOM,
        batch=Batch.of("B2"),
    )  # fmt: skip
    assert said == f"{NUMBER} names no maker maker"


def _said(plant: Plant, name: str, actor: Actor, gate: str, **given: object) -> str:
    """What one gate says."""
    action = catalogue.ACTIONS[name]
    command = action.command(**given)
    known = plant.known(action, command, actor)
    return next(a.message for a in action.ask(command, known) if a.gate == gate)


def test_nothing_is_held_resumed_or_decided_that_is_not_there() -> None:
    plant = Plant(MARCH)
    resume, decide = (catalogue.ACTIONS[n] for n in ("manufacturing.resume_batch", "regulatory.decide_administration"))
    assert plant.unmet(resume, resume.command(batch=Batch.of("B9"), why=SEALED), QA) == ["manufacturing.batch_is_held"]
    asked = decide.command(chain=T2, decider="authority", may_be_given=True, evidence=FILE)
    assert plant.unmet(decide, asked, QA) == ["regulatory.administration_is_stopped"]


def test_a_number_names_one_authorisation_of_a_jurisdiction_for_a_product_for_ever() -> None:
    given = granted(DEMOLUCEL, makers=(MAKER,), centres=(), sites=(), since=MARCH)
    assert given.claims() == (("authorisation", f"EU/{DEMOLUCEL.identifier}/{given.number}"),)
