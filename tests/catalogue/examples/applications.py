"""What a holder asks for, what an authority asks back, and what is owed afterwards."""

from typing import Any

from tests.catalogue.examples.authorisations import GRANT, grant, revoked
from tests.support.applications import (
    A1,
    ADD,
    ANSWER,
    APPROVED,
    ASK,
    CHANGE,
    DECIDE,
    DOCUMENT,
    ELSEWHERE,
    IMPOSE,
    JUDGE,
    NEW,
    OTHER_ASSESSOR,
    OTHERLUCEL,
    QUESTION,
    REPLY,
    REPORT,
    SUBMIT,
    THIS,
    impose,
    submitted,
)  # fmt: skip
from tests.support.plant import (
    ASSESSOR,
    AUTHORITY_EU,
    CENTRE,
    FILE,
    MAKER,
    QA,
    QA_2,
    REGULATORY,
    SEALED,
    Plant,
)  # fmt: skip
from tests.support.plant_cases import allow, nothing, refuse, then

from coign.kernel.subjects import Organisation, Product
from coign.kernel.values import Actor
from coign.people.events import OrganisationRegistered
from coign.regulatory.application_gates import CONDITIONS_OPEN_MAX, QUESTIONS_OPEN_MAX
from coign.regulatory.events import ApplicationDecided, ApplicationSubmitted, ConditionImposed, FulfilmentReported
from coign.regulatory.state import DOCUMENTS_KEPT_MAX


def _submission(applicant: Organisation, authority: Organisation) -> ApplicationSubmitted:
    return ApplicationSubmitted(
        application=A1, product=OTHERLUCEL, jurisdiction="EU", asking="new", basis="trial", applicant=applicant,
        authority=authority, title="X", dossier=FILE, by=REGULATORY.person,
    )  # fmt: skip


def others(p: Plant) -> None:
    """Everybody saw it once; it is another holder's, at another authority."""
    p.happened(
        OrganisationRegistered(organisation=ELSEWHERE, name="X", category="authority", country="DE"),
        _submission(MAKER, AUTHORITY_EU),
        _submission(CENTRE, ELSEWHERE),
        by=REGULATORY,
    )


def asked(p: Plant) -> None:
    p.act(ASK, ASSESSOR, **QUESTION)


def answered(p: Plant) -> None:
    p.act(ANSWER, REGULATORY, **REPLY)


def approved(p: Plant) -> None:
    p.act(DECIDE, ASSESSOR, **APPROVED)


def many(act: Any, times: int) -> Any:
    def story(p: Plant) -> None:
        for _ in range(times):
            act(p)

    return story


allow(SUBMIT, REGULATORY, nothing, NEW)
allow(SUBMIT, REGULATORY, nothing, CHANGE)
refuse(SUBMIT, "authority_is_competent", REGULATORY, nothing, {**NEW, "jurisdiction": "US"})
refuse(SUBMIT, "authority_is_competent", REGULATORY, nothing, {**NEW, "authority": MAKER})
refuse(SUBMIT, "concerns_what_is_held", REGULATORY, nothing, {**CHANGE, "asking": "new"})
refuse(SUBMIT, "concerns_what_is_held", REGULATORY, nothing, {**NEW, "asking": "renewal"})
refuse(SUBMIT, "concerns_what_is_held", REGULATORY, nothing, {**CHANGE, "product": OTHERLUCEL})
refuse(SUBMIT, "concerns_what_is_held", REGULATORY, revoked, CHANGE)

allow(ADD, REGULATORY, submitted, DOCUMENT)
refuse(ADD, "application_is_open", REGULATORY, then(submitted, approved), DOCUMENT)
refuse(ADD, "application_is_yours", REGULATORY, others, DOCUMENT)
full = then(submitted, many(lambda p: p.act(ADD, REGULATORY, **DOCUMENT), DOCUMENTS_KEPT_MAX - 1))
refuse(ADD, "dossier_is_readable", REGULATORY, full, DOCUMENT)

allow(ASK, ASSESSOR, submitted, QUESTION)
refuse(ASK, "application_is_open", ASSESSOR, then(submitted, approved), QUESTION)
refuse(ASK, "application_is_yours", ASSESSOR, others, QUESTION)
refuse(ASK, "questions_are_few", ASSESSOR, then(submitted, many(asked, QUESTIONS_OPEN_MAX)), QUESTION)

allow(ANSWER, REGULATORY, then(submitted, asked), REPLY)


def asked_then_decided(p: Plant) -> None:
    """It was decided over an open question, whatever the rules would say."""
    submitted(p)
    asked(p)
    refused = ApplicationDecided(application=A1, verdict="refused", why=SEALED, evidence=FILE, by=ASSESSOR.person)
    p.happened(refused, by=ASSESSOR)


def others_asked(p: Plant) -> None:
    others(p)
    p.act(ASK, OTHER_ASSESSOR, **QUESTION)


refuse(ANSWER, "application_is_open", REGULATORY, asked_then_decided, REPLY)
refuse(ANSWER, "application_is_yours", REGULATORY, others_asked, REPLY)
refuse(ANSWER, "question_is_open", REGULATORY, then(submitted, asked, answered), REPLY)

allow(DECIDE, ASSESSOR, submitted, APPROVED)
allow(DECIDE, ASSESSOR, then(submitted, asked, answered), APPROVED)
refuse(DECIDE, "application_is_open", ASSESSOR, then(submitted, approved), APPROVED)
refuse(DECIDE, "application_is_yours", ASSESSOR, others, APPROVED)
refuse(DECIDE, "every_question_is_answered", ASSESSOR, then(submitted, asked), APPROVED)

allow(GRANT, ASSESSOR, then(submitted, approved), lambda p: grant(p, application=A1))
refuse(GRANT, "rests_on_approval", ASSESSOR, submitted, lambda p: grant(p, application=A1))
refuse(
    GRANT, "rests_on_approval", ASSESSOR, then(submitted, approved),
    lambda p: grant(p, application=A1, product=Product.of("third")),
)  # fmt: skip


def imposed(p: Plant) -> None:
    p.act(IMPOSE, ASSESSOR, **impose(p))


def reported(p: Plant) -> None:
    p.act(REPORT, REGULATORY, **THIS, evidence=FILE)


def kept_by_holder(p: Plant) -> None:
    """The holder entered it from a letter, with a condition that was reported by the quality unit itself."""
    p.act(GRANT, REGULATORY, **grant(p))
    other = {"authorisation": grant(p)["authorisation"], "product": OTHERLUCEL}
    owed = ConditionImposed(
        **other, number=1, what=SEALED, due=None, stops=("dispatch",), evidence=FILE, by=REGULATORY.person
    )
    p.happened(owed, by=REGULATORY)
    p.happened(FulfilmentReported(**other, condition=1, evidence=FILE, by=QA.person), by=QA)


allow(IMPOSE, ASSESSOR, nothing, impose)
allow(IMPOSE, ASSESSOR, nothing, lambda p: impose(p, due=None))
refuse(IMPOSE, "authorisation_stands", ASSESSOR, revoked, impose)
refuse(IMPOSE, "decided_by_who_may", REGULATORY, nothing, impose)
refuse(IMPOSE, "condition_has_a_day", ASSESSOR, nothing, lambda p: impose(p, due=p.now))
refuse(IMPOSE, "condition_has_a_day", ASSESSOR, nothing, lambda p: impose(p, due=None, stops=()))
refuse(IMPOSE, "conditions_are_few", ASSESSOR, many(imposed, CONDITIONS_OPEN_MAX), impose)

SHOWN = {**THIS, "evidence": FILE}
allow(REPORT, REGULATORY, imposed, SHOWN)
refuse(REPORT, "authorisation_stands", REGULATORY, then(imposed, revoked), SHOWN)
CENTRES_REGULATORY = Actor(REGULATORY.person, "regulatory", CENTRE)
at_the_centre = then(imposed, lambda p: p.granted(CENTRES_REGULATORY, "regulatory"))
refuse(REPORT, "held_by_us", CENTRES_REGULATORY, at_the_centre, SHOWN)
refuse(REPORT, "condition_is_owed", REGULATORY, then(imposed, reported), SHOWN)
refuse(REPORT, "condition_is_owed", REGULATORY, nothing, SHOWN)

ENOUGH = {**THIS, "accepted": True}
allow(JUDGE, ASSESSOR, then(imposed, reported), ENOUGH)
allow(JUDGE, ASSESSOR, then(imposed, reported), {**THIS, "accepted": False})
refuse(JUDGE, "authorisation_stands", ASSESSOR, then(imposed, reported, revoked), ENOUGH)
refuse(JUDGE, "fulfilment_is_reported", ASSESSOR, imposed, ENOUGH)
refuse(JUDGE, "judged_by_who_may", QA, then(imposed, reported), ENOUGH)
THEIRS = {**ENOUGH, "authorisation": "authorisation:TRIAL2"}
refuse(JUDGE, "judged_by_who_may", QA, kept_by_holder, THEIRS)
allow(JUDGE, QA_2, kept_by_holder, THEIRS)
