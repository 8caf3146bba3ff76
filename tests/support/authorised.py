"""An authorisation for stories that are not about one: it covers whoever takes part in them."""

from coign.kernel.subjects import Authorisation, Organisation, Person, Product, Site
from coign.kernel.values import Digest, FreeText, Instant
from coign.regulatory.events import (
    Act,
    AuthorisationGranted,
    AuthorisationSuspended,
    AuthorisationVaried,
    Decider,
    Jurisdiction,
    LegalBasis,
    SuspensionLifted,
)

NUMBER = "EU/TRIAL/1"
TRIAL, IND = Authorisation.of("TRIAL1"), Authorisation.of("IND1")
AUTHORITY, ASSESSOR = Organisation.of("authority"), Person.of("assessor-1")


def granted(
    product: Product,
    *,
    makers: tuple[Organisation, ...],
    centres: tuple[Organisation, ...],
    sites: tuple[Site, ...],
    releasers: tuple[Person, ...] = (),
    since: Instant,
    days: int = 4000,
    jurisdiction: Jurisdiction = "EU",
) -> AuthorisationGranted:
    """A trial that began a while ago; its authority decides about it."""
    return AuthorisationGranted(
        authorisation=TRIAL if jurisdiction == "EU" else IND,
        product=product,
        number=NUMBER if jurisdiction == "EU" else "IND 1",
        jurisdiction=jurisdiction,
        stage="phase_2",
        basis="trial",
        holder=makers[0],
        sites=sites,
        makers=makers,
        centres=centres,
        releasers=releasers,
        valid_from=since.plus(days=-days),
        valid_until=since.plus(days=days),
        evidence=Digest("ab" * 32),
        kept_by=AUTHORITY,
        by=ASSESSOR,
    )


def suspended(
    product: Product, *scope: Act, decider: Decider = "nobody", site: Site | None = None
) -> AuthorisationSuspended:
    """The trial is suspended for these acts."""
    return AuthorisationSuspended(
        authorisation=TRIAL,
        product=product,
        scope=scope,
        decider=decider,
        why=FreeText(commitment="5e" * 32),
        evidence=Digest("ab" * 32),
        kept_by=AUTHORITY,
        by=ASSESSOR,
        site=site,
    )


def lifted(product: Product, suspension: int = 1) -> SuspensionLifted:
    """The suspension of this number is over."""
    return SuspensionLifted(
        authorisation=TRIAL,
        product=product,
        suspension=suspension,
        evidence=Digest("ab" * 32),
        kept_by=AUTHORITY,
        by=ASSESSOR,
    )


def on_basis(
    product: Product,
    basis: LegalBasis,
    *,
    makers: tuple[Organisation, ...],
    centres: tuple[Organisation, ...],
    sites: tuple[Site, ...] = (),
) -> AuthorisationVaried:
    """The product is given on another legal basis from now on."""
    return AuthorisationVaried(
        authorisation=TRIAL,
        product=product,
        stage="phase_2",
        basis=basis,
        sites=sites,
        makers=makers,
        centres=centres,
        releasers=(),
        evidence=Digest("ab" * 32),
        kept_by=AUTHORITY,
        by=ASSESSOR,
    )
