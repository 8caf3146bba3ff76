"""A clinic whose patients are treated and reported about, and the sponsor's safety officer beside it."""

from typing import Any

from tests.support.clinic import CART, CENTRE, HASH, MAKER, NURSE, PHYSICIAN, SITE, VERSION, Clinic, person, text

from coign.kernel.subjects import Case, Chain, Document
from coign.kernel.values import Actor, Digest, FreeText, Instant, Quantity
from coign.people.events import SiteRegistered
from coign.regulatory.events import ProductBasisRecorded
from coign.regulatory.views import PRODUCT
from coign.safety.actions import (
    assess_expectedness,
    publish_reference,
    record_icans,
    record_laboratory,
    record_missed_response,
    record_reaction,
    record_response,
)
from coign.safety.actions.causality import ASSESS_CAUSALITY, STATE_CAUSALITY, AssessCausality, StateCausality
from coign.safety.actions.follow_up import FIND_EARLIER_KNOWLEDGE, FOLLOW_UP, FindEarlierKnowledge, FollowUp
from coign.safety.actions.report_event import ADD_EVENT, REPORT_EVENT, AddEvent, ReportEvent
from coign.safety.actions.submit import RECORD_ANSWER, RECORD_SUBMISSION, RecordAnswer, RecordSubmission
from coign.safety.case_state import CASE, SUBMISSIONS, Event
from coign.safety.clocks.duties import Duty, Owed, duties, owed, regimes_of

SAFETY, SAFETY_2, QA = (person(n, r, MAKER) for n, r in (("safety", "safety"), ("safety-2", "safety"), ("qa", "qa")))
PRODUCT_OF_TRIAL = VERSION.product
ZONE = "Europe/Berlin"


def infused(clinic: Clinic, name: str = "ann") -> Chain:
    """A patient who has just received the product."""
    _, chain, unit = clinic.ready_to_infuse(name)
    clinic.as_before("infused", lambda: clinic.infuse(unit))
    return chain


def seen(clinic: Clinic, chain: Chain, **changed: Any) -> record_reaction.RecordReaction:
    """The command of a reaction: fever and nothing else."""
    values: dict[str, Any] = {
        "seen_at": clinic.now, "temperature": Quantity("38.4", "Cel"), "blood_pressure": "normal", "oxygen": "none",
        "anticytokine_given": "no",
    }  # fmt: skip
    return record_reaction.RecordReaction(chain=chain, **{**values, **changed})


def neurology(clinic: Clinic, chain: Chain, **changed: Any) -> record_icans.RecordIcans:
    """The command of an assessment of neurotoxicity: all ten points of ICE."""
    everything = ("year", "month", "city", "hospital", "follows_command", "writes_sentence", "counts_back")
    values: dict[str, Any] = {"seen_at": clinic.now, "right_answers": everything, "objects_named": 3}
    return record_icans.RecordIcans(chain=chain, **{**values, **changed})


def blood(clinic: Clinic, chain: Chain, **changed: Any) -> record_laboratory.RecordLaboratory:
    """The command of a laboratory value: neutrophils in the lowest grade of version 6."""
    values: dict[str, Any] = {
        "seen_at": clinic.now, "term": "Neutrophil count decreased", "result": Quantity("1.2", "10*9/L"),
    }  # fmt: skip
    return record_laboratory.RecordLaboratory(chain=chain, **{**values, **changed})


def response(clinic: Clinic, chain: Chain, **changed: Any) -> record_response.RecordResponse:
    """The command of a response on the day that is now."""
    values: dict[str, Any] = {"timepoint": "day_28", "category": "complete", "assessed_on": clinic.now}
    return record_response.RecordResponse(chain=chain, **{**values, **changed})


def missed(clinic: Clinic, chain: Chain, **changed: Any) -> record_missed_response.RecordMissedResponse:
    """The command that says why nobody assessed on day 28."""
    values: dict[str, Any] = {"timepoint": "day_28", "why": "lost_to_follow_up", "tried": text(FreeText)}
    return record_missed_response.RecordMissedResponse(chain=chain, **{**values, **changed})


def told(clinic: Clinic, **changed: Any) -> dict[str, Any]:
    """What is told of an event: a serious one that has just begun."""
    return {
        "term": "Macrophage activation",
        "onset": clinic.now,
        "aware_at": clinic.now,
        "known_at": clinic.now,
        "criteria": ("hospitalisation",),
        "outcome": "not_recovered",
        "severity": "3",
        "narrative": text(FreeText),
        **changed,
    }


def report(clinic: Clinic, chain: Chain, case: str = "case-1", **changed: Any) -> ReportEvent:
    """The command that opens a case."""
    return ReportEvent(chain=chain, case=Case.of(case), site=changed.pop("site", SITE), **told(clinic, **changed))


class Ward(Clinic):
    """A clinic that reports, with the acts of both sides."""

    def __init__(self, *, start: Instant | None = None, zone: str = ZONE, **more: Any) -> None:
        super().__init__(**({"start": start} if start is not None else {}), **more)
        self.as_before(("site", zone), lambda: open_site(self, zone))

    def basis(self, jurisdiction: str, basis: str, stage: str = "phase_2") -> None:
        """On which basis the product is given from now on."""
        self.as_before((jurisdiction, basis, stage), lambda: in_force(self, jurisdiction, basis, stage))

    def react(self, chain: Chain, actor: Actor = NURSE, **changed: Any) -> Any:
        """Record a reaction."""
        return self.do(record_reaction.ACTION, seen(self, chain, **changed), actor)

    def report(self, chain: Chain, case: str = "case-1", **changed: Any) -> Case:
        """Report an event; opens a case."""
        command = report(self, chain, case, **changed)
        self.do(REPORT_EVENT, command, PHYSICIAN)
        return command.case

    def add(self, case: Case, **changed: Any) -> None:
        """Add an event to a case."""
        self.do(ADD_EVENT, AddEvent(case=case, **told(self, **changed)), PHYSICIAN)

    def follow_up(self, case: Case, event: int = 1, by: Actor = PHYSICIAN, **changed: Any) -> None:
        """News about an event."""
        values = {
            "received_at": self.now, "significant": "yes", "criteria": ("hospitalisation",), "severity": "3",
            "outcome": "not_recovered", "narrative": text(FreeText),
        }  # fmt: skip
        self.do(FOLLOW_UP, FollowUp(case=case, event=event, **{**values, **changed}), by)

    def knew_earlier(self, case: Case, at: Instant, event: int = 1) -> None:
        """Somebody knew earlier."""
        command = FindEarlierKnowledge(
            case=case, event=event, known_at=at, held_by="contractor", found_out=text(FreeText)
        )
        self.do(FIND_EARLIER_KNOWLEDGE, command, SAFETY)

    def investigator(self, case: Case, opinion: Any, event: int = 1) -> None:
        """The investigator's opinion."""
        self.do(STATE_CAUSALITY, StateCausality(case=case, event=event, opinion=opinion), PHYSICIAN)

    def sponsor(self, case: Case, opinion: Any, event: int = 1) -> None:
        """The sponsor's opinion."""
        command = AssessCausality(case=case, event=event, opinion=opinion, rationale=text(FreeText))
        self.do(ASSESS_CAUSALITY, command, SAFETY)

    def publish(self, label: str, effective: Instant, **terms: tuple[str, ...]) -> Document:
        """A version of the reference safety information."""
        command = publish_reference.PublishReference(
            document=Document.of(label.replace(" ", "-")),
            product=PRODUCT_OF_TRIAL,
            kind="investigators_brochure",
            label=label,
            effective=effective,
            **(terms or {"up_to_3": ("Pyrexia",)}),
        )
        self.do(publish_reference.ACTION, command, SAFETY)
        return command.document

    def expectedness(self, case: Case, event: int = 1) -> Any:
        """Look up whether an event is expected."""
        command = assess_expectedness.AssessExpectedness(case=case, event=event)
        return self.do(assess_expectedness.ACTION, command, SAFETY)[0]

    def send(self, case: Case, duty: str, at: Instant | None = None) -> None:
        """A report is sent."""
        command = RecordSubmission(case=case, duty=duty, sent_at=at or self.now, evidence=HASH)
        self.do(RECORD_SUBMISSION, command, SAFETY)

    def answered(self, case: Case, duty: str, verdict: Any) -> None:
        """The receiver answers."""
        command = RecordAnswer(case=case, duty=duty, verdict=verdict, received_at=self.now, evidence=Digest("cd" * 32))
        self.do(RECORD_ANSWER, command, SAFETY)

    # What is owed

    def event(self, case: Case, number: int = 1) -> Event:
        """One event as it stands."""
        found = self.state(CASE, case).event(number)
        assert isinstance(found, Event)
        return found

    def duties(self, case: Case) -> dict[str, Duty]:
        """Every duty of a case by its name."""
        from coign import rulesets

        state = self.state(CASE, case)
        regimes = regimes_of(state, self.state(PRODUCT, state.product))
        return {d.id: d for d in duties(state, regimes, rulesets.load())}

    def owed(self, case: Case) -> dict[str, Owed]:
        """Every duty with what has become of it."""
        from coign import rulesets

        state = self.state(CASE, case)
        regimes = regimes_of(state, self.state(PRODUCT, state.product))
        found = owed(state, self.state(SUBMISSIONS, case), regimes, rulesets.load(), self.now)
        return {o.duty.id: o for o in found}


def open_site(clinic: Clinic, zone: str = ZONE) -> None:
    """The place that reports, with its zone."""
    clinic.happened(
        SiteRegistered(site=SITE, organisation=CENTRE, name="Ward", zone=zone, country="DE"),
        by=person("admin", "admin"),
    )


def in_force(clinic: Clinic, jurisdiction: str, basis: str, stage: str = "phase_2") -> None:
    """The product's legal basis from now on."""
    regulatory = person("regulatory", "regulatory", MAKER)
    fact = ProductBasisRecorded(
        product=PRODUCT_OF_TRIAL,
        jurisdiction=jurisdiction,  # type: ignore[arg-type]
        stage=stage,  # type: ignore[arg-type]
        basis=basis,  # type: ignore[arg-type]
        since=clinic.now,
        evidence=HASH,
        by=regulatory.person,
    )
    clinic.happened(fact, by=regulatory)


__all__ = ["CART", "Ward"]
