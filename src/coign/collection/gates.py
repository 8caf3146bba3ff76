"""The gates of collection: the right patient in the chair, seen so by two, and a bag whose label says what it is."""

import re
from typing import Protocol

from coign.clinical.views import PATIENT, TREATMENT
from coign.collection.state import IDENTITY_CHECK
from coign.collection.views import COLLECTION
from coign.identity.views import CHAIN
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Chain
from coign.kernel.values import Quantity
from coign.manufacturing.views import SLOT
from coign.programmes.model import ProgrammeVersion
from coign.regulatory.views import not_authorised_because
from coign.training.views import missing_qualification

#: The task whose qualification the check of identity asks for.
IDENTITY_CHECK_TASK = "identity_check"

#: Units in which a collection is measured (UCUM): millilitres, and 10⁹ cells.
VOLUME_UNIT, CELLS_UNIT = "mL", "10*9"

#: ISBT 128 ST-001: facility (its first character is never O or 0), year, sequence. Flags and check are no part of it.
_DIN = re.compile(r"[A-NP-Z1-9][A-NP-Z0-9]{4}[0-9]{8}\Z")


class OfChain(Protocol):
    """A command that concerns one therapy."""

    @property
    def chain(self) -> Chain: ...


class OfAmounts(Protocol):
    @property
    def volume(self) -> Quantity: ...
    @property
    def cd3(self) -> Quantity: ...


class OfDonation(Protocol):
    @property
    def din(self) -> str: ...


def _programme(asked: OfChain, known: Circumstances) -> ProgrammeVersion | None:
    digest = known.state(CHAIN, asked.chain).version
    version: ProgrammeVersion | None = None if digest is None else known.programmes.version(digest)
    return version


@gate(
    "collection.therapy_is_of_this_centre",
    requirement=("TRC-12", "CSV-04"),
    protects="Cells are collected by the centre that knows the patient.",
    remedy="Choose a therapy of your centre.",
    resolvers=("nurse", "coordinator"),
    risk=Risk.PATIENT,
)
def therapy_is_of_this_centre(asked: OfChain, known: Circumstances) -> str | None:
    centre = known.state(CHAIN, asked.chain).centre
    if centre == known.actor.organisation:
        return None
    return f"{asked.chain.identifier} is a therapy of {centre.identifier if centre else 'nobody'}, not of your centre"


@gate(
    "collection.therapy_goes_on",
    requirement=("TRC-09", "TRC-27"),
    protects="Cells taken for a therapy that is over were taken for nothing.",
    remedy="Look at the therapy: it has ended.",
    resolvers=("coordinator", "physician"),
    risk=Risk.PATIENT,
)
def therapy_goes_on(asked: OfChain, known: Circumstances) -> str | None:
    ended = known.state(CHAIN, asked.chain).ended
    return f"{asked.chain.identifier} has ended: {ended}" if ended else None


@gate(
    "collection.slot_confirmed",
    requirement="TRC-09",
    protects="Cells collected without a place to make them in die waiting, and the patient gave them for nothing.",
    remedy="Ask the maker to confirm a slot.",
    resolvers=("operator", "coordinator"),
    risk=Risk.PRODUCT,
)
def slot_confirmed(asked: OfChain, known: Circumstances) -> str | None:
    confirmed = known.state(SLOT, asked.chain).is_confirmed
    return None if confirmed else f"the maker keeps no place for {asked.chain.identifier}"


@gate(
    "collection.is_authorised",
    requirement="REG-02",
    protects="Nobody gives cells for something that may not be made of them.",
    remedy="Wait until regulatory affairs has the authorisation in order; tell the patient's physician.",
    resolvers=("regulatory", "physician"),
    risk=Risk.PATIENT,
)
def is_authorised(asked: OfChain, known: Circumstances) -> str | None:
    therapy = known.state(CHAIN, asked.chain)
    if therapy.product is None or therapy.centre is None:
        return None
    return not_authorised_because(
        known, "collection", product=therapy.product, centre=therapy.centre, organisation=therapy.centre
    )


@gate(
    "collection.consent_in_force",
    requirement="PAT-33",
    protects="Nobody gives cells who has not agreed, or who has changed their mind.",
    remedy="Talk with the patient; record the signed form, or end the therapy.",
    resolvers=("coordinator", "physician"),
    risk=Risk.PATIENT,
)
def consent_in_force(asked: OfChain, known: Circumstances) -> str | None:
    chain = known.state(CHAIN, asked.chain)
    if chain.patient is None or known.state(PATIENT, chain.patient).consents_to(chain.programme):
        return None
    return f"{chain.patient.identifier} has no consent to {TREATMENT} in force"


@gate(
    "collection.identity_is_settled",
    requirement=("TRC-S3", "TRC-25"),
    protects="Nothing is collected while it is open whether the name and the patient still belong together.",
    remedy="Let a second person look at wristband and document and settle the change.",
    resolvers=("nurse", "physician"),
    risk=Risk.PATIENT,
)
def identity_is_settled(asked: OfChain, known: Circumstances) -> str | None:
    patient = known.state(CHAIN, asked.chain).patient
    return known.state(PATIENT, patient).unsettled_because(patient) if patient is not None else None


@gate(
    "collection.qualified_for_identity_check",
    requirement=("TRN-01", "TRN-08", "TRC-13"),
    protects="Only who has shown that they can check an identity counts as one of the two.",
    remedy="Let a colleague with a current qualification check, or renew yours with a trainer.",
    resolvers=("trainer", "nurse"),
    risk=Risk.PATIENT,
)
def qualified_for_identity_check(asked: object, known: Circumstances) -> str | None:
    return missing_qualification(IDENTITY_CHECK_TASK, known)


@gate(
    "collection.no_open_mismatch",
    requirement=("TRC-12", "TRC-13"),
    protects="Somebody else's wristband was scanned for this therapy: nobody knows yet who sits in the chair.",
    remedy="A third person finds out who the patient is and records it.",
    resolvers=("physician", "coordinator"),
    risk=Risk.PATIENT,
)
def no_open_mismatch(asked: OfChain, known: Circumstances) -> str | None:
    if known.state(IDENTITY_CHECK, asked.chain).mismatch_between:
        return f"the identity for {asked.chain.identifier} did not agree and nobody has resolved it"
    return None


@gate(
    "collection.none_is_running",
    requirement=("TRC-09", "TRC-12"),
    protects="One patient is connected to one machine.",
    remedy="Finish the collection that runs.",
    resolvers=("nurse",),
    risk=Risk.PATIENT,
)
def none_is_running(asked: OfChain, known: Circumstances) -> str | None:
    running = known.state(COLLECTION, asked.chain).running
    return f"a collection for {asked.chain.identifier} is running" if running else None


@gate(
    "collection.first_check_is_open",
    requirement="TRC-13",
    protects="A second look needs a first one.",
    remedy="Let a first person scan the wristband.",
    resolvers=("nurse",),
    risk=Risk.PATIENT,
)
def first_check_is_open(asked: OfChain, known: Circumstances) -> str | None:
    if known.state(IDENTITY_CHECK, asked.chain).first is not None:
        return None
    return f"nobody has checked the identity for {asked.chain.identifier} first"


@gate(
    "collection.second_is_another_person",
    requirement=("TRC-13", "CSV-29"),
    protects="Two pairs of eyes see who is in the chair.",
    remedy="Let a colleague scan the wristband with their own badge.",
    resolvers=("nurse",),
    risk=Risk.PATIENT,
)
def second_is_another_person(asked: OfChain, known: Circumstances) -> str | None:
    if known.state(IDENTITY_CHECK, asked.chain).first == known.actor.person:
        return "you made the first check yourself"
    return None


@gate(
    "collection.second_within_window",
    requirement="TRC-13",
    protects="The two stand at the chair together; an old check says nothing about who sits there now.",
    remedy="Begin the check again, together.",
    resolvers=("nurse",),
    risk=Risk.PATIENT,
)
def second_within_window(asked: OfChain, known: Circumstances) -> str | None:
    first_at, version = known.state(IDENTITY_CHECK, asked.chain).first_at, _programme(asked, known)
    if first_at is None or version is None:
        return None  # without a first check there is nothing to be late for; `collection.first_check_is_open` says so
    if known.now.minutes_since(first_at) <= version.minutes("identity_check_window"):
        return None
    return f"the first check was made {first_at}, longer ago than {version.quantity('identity_check_window')}"


@gate(
    "collection.identity_is_confirmed",
    requirement=("TRC-12", "TRC-13"),
    protects="Cells taken from the wrong person become a product for the wrong person.",
    remedy="Let two people check the wristband at the chair.",
    resolvers=("nurse",),
    risk=Risk.PATIENT,
)
def identity_is_confirmed(asked: OfChain, known: Circumstances) -> str | None:
    if known.state(IDENTITY_CHECK, asked.chain).confirmed_at is not None:
        return None
    return f"no two people have confirmed who sits in the chair for {asked.chain.identifier}"


@gate(
    "collection.identity_is_fresh",
    requirement=("TRC-12", "TRC-13"),
    protects="Between check and start another patient may have taken the chair.",
    remedy="Check the identity again, by two, just before the start.",
    resolvers=("nurse",),
    risk=Risk.PATIENT,
)
def identity_is_fresh(asked: OfChain, known: Circumstances) -> str | None:
    confirmed_at, version = known.state(IDENTITY_CHECK, asked.chain).confirmed_at, _programme(asked, known)
    if confirmed_at is None or version is None:
        return None
    if known.now.minutes_since(confirmed_at) <= version.minutes("identity_check_window"):
        return None
    return f"the identity was confirmed {confirmed_at}, longer ago than {version.quantity('identity_check_window')}"


@gate(
    "collection.is_running",
    requirement="TRC-09",
    protects="A bag comes out of a collection that took place.",
    remedy="Start the collection first.",
    resolvers=("nurse",),
    risk=Risk.PATIENT,
)
def is_running(asked: OfChain, known: Circumstances) -> str | None:
    running = known.state(COLLECTION, asked.chain).running
    return None if running else f"no collection for {asked.chain.identifier} is running"


@gate(
    "collection.din_is_well_formed",
    requirement=("TRC-08", "TRC-09"),
    protects="A donation number that nobody can read again ends the trace to the donor.",
    remedy="Scan the donation number from the centre's own label.",
    resolvers=("nurse", "celllab"),
    risk=Risk.PATIENT,
)
def din_is_well_formed(asked: OfDonation, known: Circumstances) -> str | None:
    if _DIN.match(asked.din):
        return None
    return f"“{asked.din}” is not a donation number: facility (5), year (2 digits), sequence (6 digits)"


@gate(
    "collection.amounts_in_their_units",
    requirement=("PAT-29", "TRC-22"),
    protects="Yields are summed and compared later; an amount in another unit makes both wrong.",
    remedy=f"Enter the volume in {VOLUME_UNIT} and the cells in {CELLS_UNIT}.",
    resolvers=("nurse",),
    risk=Risk.PRODUCT,
)
def amounts_in_their_units(asked: OfAmounts, known: Circumstances) -> str | None:
    wrong = [
        str(q) for q, unit in ((asked.volume, VOLUME_UNIT), (asked.cd3, CELLS_UNIT)) if q.unit != unit or q.amount <= 0
    ]
    return f"{' and '.join(wrong)}: expected more than nothing, in {VOLUME_UNIT} and {CELLS_UNIT}" if wrong else None


@gate(
    "collection.mismatch_is_open",
    requirement="TRC-13",
    protects="Only what is open can be resolved.",
    remedy="Look at the therapy's history: there is nothing to resolve.",
    resolvers=("physician", "coordinator"),
    risk=Risk.DATA,
)
def mismatch_is_open(asked: OfChain, known: Circumstances) -> str | None:
    open_ = known.state(IDENTITY_CHECK, asked.chain).mismatch_between
    return None if open_ else f"{asked.chain.identifier} has no open mismatch"


@gate(
    "collection.resolver_is_a_third_person",
    requirement="TRC-13",
    protects="Who made the check cannot judge it.",
    remedy="Let somebody who did not check resolve it.",
    resolvers=("physician", "coordinator"),
    risk=Risk.PATIENT,
)
def resolver_is_a_third_person(asked: OfChain, known: Circumstances) -> str | None:
    if known.actor.person in known.state(IDENTITY_CHECK, asked.chain).mismatch_between:
        return "you were part of the check that did not agree"
    return None
