"""Any order of decisions by anybody: what is stopped is what was named and not lifted, and only who may decides."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.support.authorised import TRIAL
from tests.support.paper import Refusal
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
    Plant,
)  # fmt: skip

from coign import catalogue
from coign.kernel.values import Actor, Instant
from coign.manufacturing.events import BatchResumed
from coign.regulatory.authorised import EVERY_ACT, Authorised
from coign.regulatory.events import AuthorisationRevoked, AuthorisationSuspended, AuthorisationVaried, SuspensionLifted
from coign.regulatory.views import AUTHORISATIONS

scopes = st.lists(st.sampled_from(EVERY_ACT), unique=True, max_size=5)
deciders = st.sampled_from([ASSESSOR, ASSESSOR, REGULATORY])


class UnderAnAuthorisation(RuleBasedStateMachine):
    """One trial, its assessor and its holder, and one batch that runs."""

    @initialize()
    def begun(self) -> None:
        self.plant = Plant(Instant("2026-03-02T08:00:00.000000Z"))
        self.plant.until("started")
        self.begun_with = len(self.plant.history)

    def _try(self, name: str, actor: Actor, **given: Any) -> None:
        try:
            self.plant.act(name, actor, **given)
        except Refusal:
            return

    @rule(scope=scopes, by=deciders, here=st.booleans())
    def suspend(self, scope: list[Any], by: Actor, here: bool) -> None:
        given = {"scope": tuple(scope), "decider": "nobody", "why": SEALED, "evidence": FILE}
        self._try("regulatory.suspend", by, authorisation=TRIAL, site=PLANT if here else None, **given)

    @rule(number=st.integers(1, 8), by=deciders)
    def lift(self, number: int, by: Actor) -> None:
        self._try("regulatory.lift_suspension", by, authorisation=TRIAL, suspension=number, evidence=FILE)

    @rule(with_plant=st.booleans(), by=deciders)
    def vary(self, with_plant: bool, by: Actor) -> None:
        given = {"makers": (MAKER,), "centres": (CENTRE,), "releasers": (QP.person,), "evidence": FILE}
        sites = (PLANT,) if with_plant else ()
        self._try(
            "regulatory.vary", by, authorisation=TRIAL, stage="phase_2", basis="trial", sites=sites, **given
        )  # fmt: skip

    @rule(by=deciders, sure=st.integers(0, 9))
    def revoke(self, by: Actor, sure: int) -> None:
        if sure == 9:
            given = {"decider": "nobody", "why": SEALED, "evidence": FILE}
            self._try("regulatory.revoke", by, authorisation=TRIAL, **given)

    @rule()
    def resume(self) -> None:
        self._try("manufacturing.resume_batch", QA, batch=BATCH, why=SEALED)

    @property
    def _since(self) -> list[Any]:
        return [fact for _, _, fact in self.plant.history[self.begun_with :]]

    def _says(self) -> Authorised:
        found: Authorised | None = self.plant.state(AUTHORISATIONS, DEMOLUCEL).of(TRIAL)
        assert found is not None
        return found

    @invariant()
    def blocked_is_what_was_named_and_not_lifted(self) -> None:
        standing: dict[int, AuthorisationSuspended] = {}
        number, revoked, covered = 0, False, True
        for fact in self._since:
            match fact:
                case AuthorisationSuspended():
                    number += 1
                    standing[number] = fact
                case SuspensionLifted(suspension=which):
                    del standing[which]  # KeyError: something was lifted that did not stand
                case AuthorisationVaried(sites=sites):
                    number += covered and not sites
                    covered = bool(sites)
                case AuthorisationRevoked():
                    revoked = True
        for act in EVERY_ACT:
            everywhere = revoked or any(act in s.scope for s in standing.values() if s.site is None)
            assert bool(self._says().blocked(act)) == everywhere
        here = any("manufacture" in s.scope for s in standing.values())
        assert bool(self._says().blocked("manufacture", PLANT)) == (revoked or here or not covered)

    @invariant()
    def only_who_may_decided(self) -> None:
        assert all(by.person != REGULATORY.person for _, by, _ in self.plant.history[self.begun_with :])

    @invariant()
    def a_batch_goes_on_only_when_nothing_stops_it_and_somebody_said_so(self) -> None:
        step = catalogue.ACTIONS["manufacturing.complete_step"]
        unmet = self.plant.unmet(step, step.command(**self.plant.step()), OPERATOR)
        held = "manufacturing.batch_is_not_held" in unmet
        says = self._says()
        caught = _caught(self._since)
        resumed = [n for n, f in enumerate(self._since) if isinstance(f, BatchResumed)]
        if says.blocked("manufacture", PLANT):
            assert held
        if not caught:
            assert not held
        if caught and (not resumed or resumed[-1] < caught[-1]):
            assert held


def _caught(facts: list[Any]) -> list[int]:
    """Where a stop of manufacture began: a suspension, the end of all, a place that was taken off."""
    found, covered = [], True
    for n, fact in enumerate(facts):
        match fact:
            case AuthorisationSuspended(scope=scope) if "manufacture" in scope:
                found.append(n)
            case AuthorisationRevoked():
                found.append(n)
            case AuthorisationVaried(sites=sites):
                if covered and not sites:
                    found.append(n)
                covered = bool(sites)
    return found


TestUnderAnAuthorisation = UnderAnAuthorisation.TestCase
TestUnderAnAuthorisation.settings = settings(
    max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
