"""The gates of applications and conditions: who asks whom, what is open, who judges."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Application, Authorisation, Organisation, Product
from coign.kernel.values import Instant
from coign.people.views import ORGANISATION
from coign.regulatory.authorisation_gates import OfAuthorisation, stands
from coign.regulatory.events import Act, Asking, Jurisdiction
from coign.regulatory.state import APPLICATION, CONDITIONS, DOCUMENTS_KEPT_MAX
from coign.regulatory.views import AUTHORISATION, jurisdiction_of

#: So many questions are open at a time, so many conditions are owed: more would be a new application.
QUESTIONS_OPEN_MAX, CONDITIONS_OPEN_MAX = 15, 8


class OfApplication(Protocol):
    """A command that concerns one application."""

    @property
    def application(self) -> Application: ...


class OfSubmission(Protocol):
    """A command that submits an application."""

    @property
    def product(self) -> Product: ...
    @property
    def jurisdiction(self) -> Jurisdiction: ...
    @property
    def asking(self) -> Asking: ...
    @property
    def authority(self) -> Organisation: ...
    @property
    def authorisation(self) -> Authorisation | None: ...


class OfQuestion(OfApplication, Protocol):
    @property
    def number(self) -> int: ...


class OfGrant(Protocol):
    @property
    def application(self) -> Application | None: ...
    @property
    def product(self) -> Product: ...
    @property
    def jurisdiction(self) -> Jurisdiction: ...


class OfNewCondition(OfAuthorisation, Protocol):
    @property
    def due(self) -> Instant | None: ...
    @property
    def stops(self) -> tuple[Act, ...]: ...


class OfCondition(OfAuthorisation, Protocol):
    @property
    def condition(self) -> int: ...


@gate(
    "regulatory.authority_is_competent",
    requirement="REG-02",
    protects="Who is asked can also decide.",
    remedy="Choose the authority of that jurisdiction.",
    resolvers=("regulatory",),
    risk=Risk.DATA,
)
def authority_is_competent(asked: OfSubmission, known: Circumstances) -> str | None:
    if known.state(ORGANISATION, asked.authority).category != "authority":
        return f"{asked.authority.identifier} does not take part as an authority"
    if jurisdiction_of(known, asked.authority) == asked.jurisdiction:
        return None
    return f"{asked.authority.identifier} is no authority of {asked.jurisdiction}"


@gate(
    "regulatory.concerns_what_is_held",
    requirement="REG-02",
    protects="A change is asked for of what one holds, and something new of what one does not.",
    remedy="For a variation or renewal choose your authorisation of this product; for something new none.",
    resolvers=("regulatory",),
    risk=Risk.DATA,
)
def concerns_what_is_held(asked: OfSubmission, known: Circumstances) -> str | None:
    if (asked.asking == "new") != (asked.authorisation is None):
        return f"{asked.asking} names {'an' if asked.authorisation else 'no'} authorisation"
    says = None if asked.authorisation is None else known.state(AUTHORISATION, asked.authorisation).says
    if asked.authorisation is None:
        return None
    held = says is not None and says.holder == known.actor.organisation and not says.is_revoked
    if says is not None and held and (says.product, says.jurisdiction) == (asked.product, asked.jurisdiction):
        return None
    return f"{asked.authorisation.identifier} is none that you hold for this product in {asked.jurisdiction}"


@gate(
    "regulatory.application_is_yours",
    requirement=("REG-02", "CSV-24"),
    protects="The applicant answers and the authority that was asked decides, neither in the other's place.",
    remedy="Open an application of your own organisation.",
    resolvers=("regulatory", "authority"),
    risk=Risk.DATA,
)
def application_is_yours(asked: OfApplication, known: Circumstances) -> str | None:
    state = known.state(APPLICATION, asked.application)
    side = state.authority if known.actor.role == "authority" else state.applicant
    if side is None or side == known.actor.organisation:
        return None
    return f"{asked.application.identifier} is for {side.identifier}, not for your organisation"


@gate(
    "regulatory.application_is_open",
    requirement="REG-02",
    protects="What was decided stays as it was decided.",
    remedy="Look at the application: it was decided. Submit a new one where something is to change.",
    resolvers=("regulatory", "authority"),
    risk=Risk.DATA,
)
def application_is_open(asked: OfApplication, known: Circumstances) -> str | None:
    state = known.state(APPLICATION, asked.application)
    return None if state.is_open else f"{asked.application.identifier} was {state.verdict or 'never submitted'}"


@gate(
    "regulatory.dossier_is_readable",
    requirement="REG-02",
    protects="A dossier that nobody can oversee is read by nobody.",
    remedy="Put what belongs together into one document, and give it a name.",
    resolvers=("regulatory",),
    risk=Risk.DATA,
)
def dossier_is_readable(asked: OfApplication, known: Circumstances) -> str | None:
    if len(known.state(APPLICATION, asked.application).documents) < DOCUMENTS_KEPT_MAX:
        return None
    return f"{asked.application.identifier} holds {DOCUMENTS_KEPT_MAX} documents already"


@gate(
    "regulatory.questions_are_few",
    requirement="REG-02",
    protects="What is asked is answered; a hundred open questions are a refusal that nobody signs.",
    remedy="Wait for answers, or refuse the application.",
    resolvers=("authority",),
    risk=Risk.DATA,
)
def questions_are_few(asked: OfApplication, known: Circumstances) -> str | None:
    waiting = len(known.state(APPLICATION, asked.application).open_questions)
    return None if waiting < QUESTIONS_OPEN_MAX else f"{waiting} questions wait for an answer"


@gate(
    "regulatory.question_is_open",
    requirement="REG-02",
    protects="Each question is answered once, and the answer stays what it was.",
    remedy="Look at the application: answer a question that is open, or add a document.",
    resolvers=("regulatory",),
    risk=Risk.DATA,
)
def question_is_open(asked: OfQuestion, known: Circumstances) -> str | None:
    found = known.state(APPLICATION, asked.application).question(asked.number)
    return None if found else f"question {asked.number} of {asked.application.identifier} is not open"


@gate(
    "regulatory.every_question_is_answered",
    requirement="REG-02",
    protects="Nobody decides on something that they still ask about.",
    remedy="Wait for the answers that are open.",
    resolvers=("regulatory",),
    risk=Risk.PATIENT,
)
def every_question_is_answered(asked: OfApplication, known: Circumstances) -> str | None:
    waiting = known.state(APPLICATION, asked.application).open_questions
    return f"question {waiting[0].number} is not answered" if waiting else None


@gate(
    "regulatory.rests_on_approval",
    requirement="REG-02",
    protects="What is granted is what was applied for and approved.",
    remedy="Decide the application first, or leave it out where none was made here.",
    resolvers=("authority",),
    risk=Risk.PATIENT,
)
def rests_on_approval(asked: OfGrant, known: Circumstances) -> str | None:
    if asked.application is None:
        return None
    state = known.state(APPLICATION, asked.application)
    if state.verdict != "approved":
        return f"{asked.application.identifier} was not approved"
    if (state.product, state.jurisdiction) == (asked.product, asked.jurisdiction):
        return None
    return f"{asked.application.identifier} is about something else"


@gate(
    "regulatory.condition_has_a_day",
    requirement="REG-14",
    protects="What is owed some day is never done: it has a day that is to come, or something waits for it.",
    remedy="Give a day to come, or name what does not happen before it is fulfilled.",
    resolvers=("authority", "regulatory"),
    risk=Risk.DATA,
)
def condition_has_a_day(asked: OfNewCondition, known: Circumstances) -> str | None:
    if asked.due is None:
        return None if asked.stops else "it has no day, and nothing waits for it"
    return f"{asked.due[:10]} has passed" if asked.due <= known.now else None


@gate(
    "regulatory.conditions_are_few",
    requirement="REG-14",
    protects="What is asked before every act is read in an instant.",
    remedy="Let the holder fulfil what is owed, or suspend what is not to happen.",
    resolvers=("authority", "regulatory"),
    risk=Risk.DATA,
)
def conditions_are_few(asked: OfNewCondition, known: Circumstances) -> str | None:
    owed = [c for c in known.state(CONDITIONS, asked.authorisation).all if c.is_open]
    return None if len(owed) < CONDITIONS_OPEN_MAX else f"{len(owed)} conditions are owed already"


@gate(
    "regulatory.held_by_us",
    requirement="REG-14",
    protects="Who owes something says that it is done, and nobody for them.",
    remedy="Let regulatory affairs of the holder report it.",
    resolvers=("regulatory",),
    risk=Risk.DATA,
)
def held_by_us(asked: OfAuthorisation, known: Circumstances) -> str | None:
    says = stands(asked, known)
    if says is None or says.holder == known.actor.organisation:
        return None
    return f"{says.number} is held by {says.holder.identifier}"


@gate(
    "regulatory.condition_is_owed",
    requirement="REG-14",
    protects="What is fulfilled, or waits for a judgement, needs no second report.",
    remedy="Look at the authorisation, and give the number of a condition that is owed.",
    resolvers=("regulatory",),
    risk=Risk.DATA,
)
def condition_is_owed(asked: OfCondition, known: Circumstances) -> str | None:
    found = known.state(CONDITIONS, asked.authorisation).open(asked.condition)
    if found is not None and not found.is_reported:
        return None
    return f"condition {asked.condition} is not owed" if found is None else f"condition {asked.condition} was reported"


@gate(
    "regulatory.fulfilment_is_reported",
    requirement="REG-14",
    protects="A judgement needs something to judge: what the holder reported, with its evidence.",
    remedy="Wait for the holder's report.",
    resolvers=("regulatory",),
    risk=Risk.PATIENT,
)
def fulfilment_is_reported(asked: OfCondition, known: Circumstances) -> str | None:
    found = known.state(CONDITIONS, asked.authorisation).open(asked.condition)
    return None if found and found.is_reported else f"nothing was reported about condition {asked.condition}"


@gate(
    "regulatory.judged_by_who_may",
    requirement=("REG-14", "CSV-24"),
    protects="Nobody accepts their own word that they did what they owe.",
    remedy="Let the authority judge it; where it is not here, the holder's quality unit, from the authority's letter.",
    resolvers=("authority", "qa"),
    risk=Risk.PATIENT,
)
def judged_by_who_may(asked: OfCondition, known: Circumstances) -> str | None:
    says = stands(asked, known)
    if says is None:
        return None
    own = known.actor.organisation
    if known.actor.role == "authority":
        here = known.state(ORGANISATION, own).category == "authority" and jurisdiction_of(known, own)
        return None if here == says.jurisdiction else f"{own.identifier} is no authority of {says.jurisdiction}"
    if says.kept_by != own:
        return f"{says.kept_by.identifier} judges it, not your organisation"
    reported = known.state(CONDITIONS, asked.authorisation).open(asked.condition)
    if reported is not None and reported.reported_by == known.actor.person:
        return "you reported it yourself"
    return None
