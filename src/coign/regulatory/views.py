"""Which version of a programme is in force, on which basis a product is given, and what an authority allows.

Other domains ask three things: `not_authorised_because` before an act, `on_hold_because` of a batch that a stop caught,
and `named_for_release` of whoever certifies.
"""

from collections.abc import Sequence

from coign.kernel.actions import Circumstances, Read
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Authorisation, Chain, Organisation, Patient, Person, Product, Site
from coign.kernel.values import Digest, Instant
from coign.kernel.views import Stamp, View
from coign.people.views import ORGANISATION
from coign.regulatory.authorised import Authorised, Stop, evolved
from coign.regulatory.events import (
    Act,
    AdministrationDecided,
    AuthorisationGranted,
    AuthorisationRenewed,
    AuthorisationRevoked,
    AuthorisationSuspended,
    AuthorisationVaried,
    ConditionImposed,
    FulfilmentJudged,
    Jurisdiction,
    LegalBasis,
    ProductBasisRecorded,
    ProgrammeApproved,
    ProgrammeProposed,
    RecipientNamed,
    Stage,
    SuspensionLifted,
)

#: The newest entries about one product that are kept: five stages in each jurisdiction, with room for corrections.
BASES_KEPT_MAX = 60
#: Authorisations of one product that are kept; those that are over give way first.
AUTHORISATIONS_KEPT_MAX = 4


@dataclass(frozen=True, slots=True)
class ProgrammeState:
    """The version in force, and the one that waits for a second signature."""

    in_force: Digest | None = None
    since: Instant | None = None
    proposed: Digest | None = None
    proposed_by: Person | None = None


def _evolve(state: ProgrammeState, fact: Fact, stamp: Stamp) -> ProgrammeState:
    match fact:
        case ProgrammeProposed(version=version, by=by):
            return ProgrammeState(state.in_force, state.since, version, by)
        case ProgrammeApproved(version=version):
            return ProgrammeState(version, stamp.time)
        case _:
            return state


PROGRAMME = View(
    "regulatory.programme",
    kinds=frozenset({"programme"}),
    folds=(ProgrammeProposed, ProgrammeApproved),
    state=ProgrammeState,
    evolve=_evolve,
    public=True,
)


@dataclass(frozen=True, slots=True)
class Basis:
    """The stage and legal basis of a product in one jurisdiction from a day on."""

    jurisdiction: Jurisdiction
    stage: Stage
    basis: LegalBasis
    since: Instant

    @property
    def may_be_given(self) -> bool:
        """Whether anybody may receive the product on this basis at all."""
        return self.basis != "none"


@dataclass(frozen=True, slots=True)
class ProductState:
    """Every stage and legal basis of one product, in the order in which they were recorded."""

    bases: tuple[Basis, ...] = ()

    def in_force(self, at: Instant) -> tuple[Basis, ...]:
        """What held at an instant, one for each jurisdiction: of those that had begun, the one that began last."""
        found: dict[str, Basis] = {}
        for each in self.bases:
            before = found.get(each.jurisdiction)
            if each.since <= at and (before is None or before.since <= each.since):
                found[each.jurisdiction] = each
        return tuple(found[name] for name in sorted(found))


def _evolve_product(state: ProductState, fact: Fact, stamp: Stamp) -> ProductState:
    match fact:
        case ProductBasisRecorded():
            told = Basis(fact.jurisdiction, fact.stage, fact.basis, fact.since)
            return ProductState((*state.bases, told)[-BASES_KEPT_MAX:])
        case _:
            return state


PRODUCT = View(
    "regulatory.product",
    kinds=frozenset({"product"}),
    folds=(ProductBasisRecorded,),
    state=ProductState,
    evolve=_evolve_product,
    public=True,
)


_DECISIONS = (
    AuthorisationGranted,
    AuthorisationVaried,
    AuthorisationRenewed,
    AuthorisationSuspended,
    SuspensionLifted,
    AuthorisationRevoked,
    ConditionImposed,
    FulfilmentJudged,
)


@dataclass(frozen=True, slots=True)
class AuthorisationState:
    """What one authorisation says now; None: nobody granted it."""

    says: Authorised | None = None


def _evolve_authorisation(state: AuthorisationState, fact: Fact, stamp: Stamp) -> AuthorisationState:
    return AuthorisationState(evolved(state.says, fact, stamp))


AUTHORISATION = View(
    "regulatory.authorisation",
    kinds=frozenset({"authorisation"}),
    folds=_DECISIONS,
    state=AuthorisationState,
    evolve=_evolve_authorisation,
    public=True,
)


@dataclass(frozen=True, slots=True)
class AuthorisationsState:
    """Every authorisation of one product, in the order in which they were granted."""

    all: tuple[Authorised, ...] = ()

    def of(self, authorisation: Authorisation) -> Authorised | None:
        """The one with this identifier."""
        return next((a for a in self.all if a.authorisation == authorisation), None)

    def in_force(self, jurisdiction: str, at: Instant) -> Authorised | None:
        """The newest one of a jurisdiction that is valid, suspended or not; else one that was revoked."""
        found = [a for a in reversed(self.all) if a.jurisdiction == jurisdiction and a.is_in_time(at)]
        return next((a for a in found if not a.is_revoked), next(iter(found), None))

    def last(self, jurisdiction: str) -> Authorised | None:
        """The newest one of a jurisdiction, whatever became of it."""
        return next((a for a in reversed(self.all) if a.jurisdiction == jurisdiction), None)


def _evolve_authorisations(state: AuthorisationsState, fact: Fact, stamp: Stamp) -> AuthorisationsState:
    if not isinstance(fact, _DECISIONS):
        return state
    before = state.of(fact.authorisation)
    after = evolved(before, fact, stamp)
    if after is None:
        return state
    if before is not None:
        return AuthorisationsState(tuple(after if a == before else a for a in state.all))
    kept = [*state.all, after]
    while len(kept) > AUTHORISATIONS_KEPT_MAX:
        kept.remove(next((a for a in kept if not a.is_valid(stamp.time)), kept[0]))
    return AuthorisationsState(tuple(kept))


AUTHORISATIONS = View(
    "regulatory.authorisations",
    kinds=frozenset({"product"}),
    folds=_DECISIONS,
    state=AuthorisationsState,
    evolve=_evolve_authorisations,
    public=True,
)


@dataclass(frozen=True, slots=True)
class AdministrationState:
    """The newest decision whether one therapy's product in hand is given although administration is stopped."""

    authorisation: Authorisation | None = None
    decider: str = ""
    may_be_given: bool = False
    at: Instant | None = None


def _evolve_administration(state: AdministrationState, fact: Fact, stamp: Stamp) -> AdministrationState:
    if isinstance(fact, AdministrationDecided):
        return AdministrationState(fact.authorisation, fact.decider, fact.may_be_given, stamp.time)
    return state


ADMINISTRATION = View(
    "regulatory.administration",
    kinds=frozenset({"chain"}),
    folds=(AdministrationDecided,),
    state=AdministrationState,
    evolve=_evolve_administration,
    public=True,
)


#: Legal bases on which each patient is approved by name, and the one that ends at the border of a state.
BY_NAME: frozenset[LegalBasis] = frozenset({"expanded_access", "named_patient"})
WITHIN_A_STATE: LegalBasis = "hospital_exemption"
#: Products for which one patient is named that are kept, the newest.
PRODUCTS_NAMED_MAX = 10


@dataclass(frozen=True, slots=True)
class RecipientState:
    """The products that one patient was approved for by name."""

    products: tuple[Product, ...] = ()


def _evolve_recipient(state: RecipientState, fact: Fact, stamp: Stamp) -> RecipientState:
    match fact:
        case RecipientNamed(product=product):
            others = (p for p in state.products if p != product)
            return RecipientState((*others, product)[-PRODUCTS_NAMED_MAX:])
        case _:
            return state


RECIPIENT = View(
    "regulatory.recipient",
    kinds=frozenset({"patient"}),
    folds=(RecipientNamed,),
    state=RecipientState,
    evolve=_evolve_recipient,
    public=True,
)


def not_entitled_because(
    known: Circumstances, *, patient: Patient, product: Product, centre: Organisation, maker: Organisation
) -> str | None:
    """None, or why this patient may not receive it: the legal basis decides who may (REG-01, REG-17)."""
    says = authorised_for(known, product, centre)
    if says is None:
        return None  # `not_authorised_because` says that there is nothing to receive
    if says.basis in BY_NAME and product not in known.state(RECIPIENT, patient).products:
        return f"{says.number} is {plain(says.basis)}: {patient.identifier} is not named for {product.identifier}"
    there, here = (known.state(ORGANISATION, each).country for each in (maker, centre))
    if says.basis == WITHIN_A_STATE and there != here:
        return f"{says.number} is a hospital exemption: made in {there or 'no country'}, it is not given in {here}"
    return None


def reads_of_authorisation(product: Product | None, centre: Organisation | None) -> Sequence[Read]:
    """What `not_authorised_because` and its sisters look up: the product's authorisations, and where the patient is."""
    of_product = () if product is None else (Read(product, AUTHORISATIONS),)
    return of_product if centre is None else (*of_product, Read(centre, ORGANISATION))


def jurisdiction_of(known: Circumstances, centre: Organisation) -> str | None:
    """Whose rules hold where the patient is treated; None: of no authority known here."""
    country = known.state(ORGANISATION, centre).country
    try:
        found: str = known.rules.text(f"jurisdiction.of_country.{country}", known.now)
    except KeyError:
        return None
    return found


def authorised_for(known: Circumstances, product: Product, centre: Organisation) -> Authorised | None:
    """The authorisation that holds now for patients of a centre, suspended or not."""
    jurisdiction = jurisdiction_of(known, centre)
    return None if jurisdiction is None else known.state(AUTHORISATIONS, product).in_force(jurisdiction, known.now)


def not_authorised_because(
    known: Circumstances,
    act: Act,
    *,
    product: Product,
    centre: Organisation,
    organisation: Organisation | None = None,
    site: Site | None = None,
    chain: Chain | None = None,
) -> str | None:
    """None, or why this act with this product for a patient of this centre is not allowed now (REG-02).

    Who would act and where are looked up on the authorisation when they are given. With `chain`, the recorded decision
    that a stop of administration asks for is looked up as well (`ADMINISTRATION` of the chain must be read).
    """
    jurisdiction = jurisdiction_of(known, centre)
    if jurisdiction is None:
        return f"{centre.identifier} is in a country whose authority is not known here"
    says = known.state(AUTHORISATIONS, product).in_force(jurisdiction, known.now)
    if says is None:
        return _none_in_time(known.state(AUTHORISATIONS, product).last(jurisdiction), product, jurisdiction, known.now)
    if says.basis == "none":
        return f"{product.identifier} is {plain(says.stage)} in {jurisdiction}: nobody may receive it"
    missing = says.covers(act, organisation, site)
    if missing is not None:
        return f"{says.number} {missing}"
    stop = next((s for s in says.blocked(act, site) if chain is None or not _overruled(known, chain, s)), None)
    if stop is None:
        owed = says.unfulfilled(act, known.now)
        return None if owed is None else f"{says.number} {owed.words}"
    if chain is not None and stop.decider != "nobody":
        return f"{says.number} {stop.words}; no decision of the {plain(stop.decider)} allows it for this patient"
    return f"{says.number} {stop.words}"


def _overruled(known: Circumstances, chain: Chain, stop: Stop) -> bool:
    """Whether those whom the stop names decided, since it began, that this patient may be given what is in hand."""
    decided = known.state(ADMINISTRATION, chain)
    if stop.decider == "nobody" or decided.decider != stop.decider or decided.at is None:
        return False
    return decided.may_be_given and decided.at >= stop.since


def _none_in_time(last: Authorised | None, product: Product, jurisdiction: str, now: Instant) -> str:
    if last is None:
        return f"{product.identifier} has no authorisation in {jurisdiction}"
    if now < last.valid_from:
        return f"{last.number} begins to hold on {last.valid_from[:10]}"
    return f"{last.number} ended on {last.valid_until[:10]}"


def plain(name: str) -> str:
    """`quality_unit` → `quality unit`."""
    return name.replace("_", " ")


def on_hold_because(
    known: Circumstances,
    *,
    product: Product,
    centre: Organisation,
    begun: Instant,
    site: Site | None = None,
    resumed: Instant | None = None,
) -> str | None:
    """None, or why a batch begun at an instant is on quality hold: a stop of manufacture caught it (REG-S5).

    It stays so after the stop is lifted, until the quality unit takes it off the hold (`resumed`).
    """
    jurisdiction = jurisdiction_of(known, centre)
    for each in known.state(AUTHORISATIONS, product).all:
        stop = each.caught(begun, resumed, site) if each.jurisdiction == jurisdiction else None
        if stop is None:
            continue
        if stop.lifted_at is None:
            return f"is on quality hold: {each.number} {stop.words}"
        since = f"was stopped on {stop.since[:10]} and may go on since {stop.lifted_at[:10]}"
        return f"is on quality hold: {each.number} {since}, and nobody has resumed the batch"
    return None


def named_for_release(state: Authorised | None, person: Person, at: Instant) -> bool:
    """Whether this person may release under an authorisation: named on it, and it is valid at that instant.

    `state`: from `authorised_for` in a gate, or from `AuthorisationsState.in_force` on a page.
    """
    return state is not None and state.is_valid(at) and person in state.releasers
