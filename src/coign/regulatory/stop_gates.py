"""The gates of stopping: what a suspension names, what it lets through, and who may receive what stands."""

from typing import Protocol

from coign.identity.views import CHAIN
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Chain, Product, Site
from coign.regulatory.authorisation_gates import OfAuthorisation, stands
from coign.regulatory.authorised import WORDS, Authorised
from coign.regulatory.events import Act, Decider
from coign.regulatory.views import BY_NAME, authorised_for, plain

#: In which roles those who decide about one patient record it themselves; what an authority wrote is entered for it.
RECORDED_BY: dict[Decider, frozenset[str]] = {
    "nobody": frozenset(),
    "authority": frozenset({"regulatory", "qa", "qp", "quality-us"}),
    "quality_unit": frozenset({"qa", "qp", "quality-us"}),
    "treating_physician": frozenset({"physician"}),
}


class OfSuspension(OfAuthorisation, Protocol):
    @property
    def scope(self) -> tuple[Act, ...]: ...
    @property
    def decider(self) -> Decider: ...
    @property
    def site(self) -> Site | None: ...


class OfLifting(OfAuthorisation, Protocol):
    @property
    def suspension(self) -> int: ...


class OfRecipient(Protocol):
    """A command that names who may receive a product."""

    @property
    def product(self) -> Product: ...
    @property
    def reference(self) -> str: ...


class OfPatient(Protocol):
    """A command that says what was decided for one therapy."""

    @property
    def chain(self) -> Chain: ...
    @property
    def decider(self) -> Decider: ...


# What it stops


@gate(
    "regulatory.stops_something_more",
    requirement=("REG-02", "REG-S5"),
    protects="A suspension that blocks nothing looks like safety and is none.",
    remedy="Name what is to stop: new orders, collection, manufacture, dispatch, administration.",
    resolvers=("authority", "regulatory"),
    risk=Risk.PATIENT,
)
def stops_something_more(asked: OfSuspension, known: Circumstances) -> str | None:
    says = stands(asked, known)
    if not asked.scope:
        return "no act is named"
    if says is None or any(not says.blocked(act, asked.site) for act in asked.scope):
        return None
    return f"{' and '.join(WORDS[a] for a in asked.scope)} are blocked already"


@gate(
    "regulatory.scope_names_who_decides",
    requirement=("REG-02", "PAT-28"),
    protects="Somebody who was conditioned dies without the product: it is said beforehand who decides about them.",
    remedy="With administration, name who decides for each patient, or nobody; without it, nobody.",
    resolvers=("authority", "regulatory"),
    risk=Risk.PATIENT,
)
def scope_names_who_decides(asked: OfSuspension, known: Circumstances) -> str | None:
    if asked.decider == "nobody" or "administration" in asked.scope:
        return None
    return f"the {plain(asked.decider)} would decide about administration, which is not stopped"


@gate(
    "regulatory.place_is_on_it",
    requirement=("REG-02", "REG-S5"),
    protects="A place stops making; what happens elsewhere is stopped for all or not at all.",
    remedy="Name a place that stands on the authorisation and manufacture alone, or leave the place out.",
    resolvers=("authority", "regulatory"),
    risk=Risk.PATIENT,
)
def place_is_on_it(asked: OfSuspension, known: Circumstances) -> str | None:
    says = stands(asked, known)
    if asked.site is None or says is None:
        return None
    if asked.site not in says.sites:
        return f"{says.number} does not cover {asked.site.identifier}"
    return None if asked.scope in ((), ("manufacture",)) else "one place can be stopped from manufacture alone"


@gate(
    "regulatory.suspension_is_in_force",
    requirement="REG-02",
    protects="What is lifted is one suspension that stands, and no other.",
    remedy="Look at the authorisation, and give the number of the suspension that is to be lifted.",
    resolvers=("authority", "regulatory"),
    risk=Risk.PATIENT,
)
def suspension_is_in_force(asked: OfLifting, known: Circumstances) -> str | None:
    says = stands(asked, known)
    if says is None or says.suspension(asked.suspension) is not None:
        return None
    return f"{says.number} has no suspension {asked.suspension} in force"


# Who may receive it


@gate(
    "regulatory.given_by_name",
    requirement=("REG-01", "REG-02"),
    protects="Patients are named where the legal basis asks for it; elsewhere a name would be an exception.",
    remedy="Order the therapy; where the product is not authorised at all, ask regulatory affairs.",
    resolvers=("regulatory",),
    risk=Risk.DATA,
)
def given_by_name(asked: OfRecipient, known: Circumstances) -> str | None:
    says = authorised_for(known, asked.product, known.actor.organisation)
    if says is None:
        return f"{asked.product.identifier} is not authorised for your centre"
    return None if says.basis in BY_NAME else f"{says.number} is given as {plain(says.basis)}, without naming patients"


@gate(
    "regulatory.approval_has_a_reference",
    requirement="REG-02",
    protects="An approval that cannot be found again is none.",
    remedy="Give the reference that stands on the approval.",
    resolvers=("physician",),
    risk=Risk.DATA,
)
def approval_has_a_reference(asked: OfRecipient, known: Circumstances) -> str | None:
    return None if asked.reference.strip() else "it has no reference"


# What is decided for one patient


def _stop_of_administration(asked: OfPatient, known: Circumstances) -> Authorised | None:
    therapy = known.state(CHAIN, asked.chain)
    if therapy.product is None or therapy.centre is None:
        return None
    return authorised_for(known, therapy.product, therapy.centre)


@gate(
    "regulatory.administration_is_stopped",
    requirement=("REG-02", "PAT-28"),
    protects="A decision that nothing asks for would lie ready for a suspension that nobody has thought of yet.",
    remedy="Look at the authorisation: only where administration is stopped somebody decides for each patient.",
    resolvers=("regulatory",),
    risk=Risk.PATIENT,
)
def administration_is_stopped(asked: OfPatient, known: Circumstances) -> str | None:
    says = _stop_of_administration(asked, known)
    if says is not None and says.blocked("administration"):
        return None
    return f"nothing stops administration for {asked.chain.identifier}"


@gate(
    "regulatory.said_by_who_decides",
    requirement=("REG-02", "PAT-28"),
    protects="Whom the suspension names decides, and nobody in their place.",
    remedy="Ask those whom the suspension names; what an authority wrote, regulatory affairs or quality enters.",
    resolvers=("authority", "qa", "physician"),
    risk=Risk.PATIENT,
)
def said_by_who_decides(asked: OfPatient, known: Circumstances) -> str | None:
    says = _stop_of_administration(asked, known)
    stops = says.blocked("administration") if says is not None else ()
    if not stops:
        return None
    named = {s.decider for s in stops}
    if asked.decider not in named or named == {"nobody"}:
        return f"the suspension names {' and '.join(sorted(plain(n) for n in named))}, not {plain(asked.decider)}"
    if known.actor.role not in RECORDED_BY[asked.decider]:
        return f"a decision of the {plain(asked.decider)} is not entered as {known.actor.role}"
    return None
