"""Which authorisations and applications somebody may see."""

from coign import rulesets
from coign.catalogue import PARTIES
from coign.kernel.subjects import Application, Authorisation, Organisation
from coign.kernel.values import Actor
from coign.people.views import ORGANISATION
from coign.records import scope
from coign.regulatory.authorised import Authorised
from coign.regulatory.state import APPLICATION, ApplicationState
from coign.regulatory.views import AUTHORISATION
from coign.web import acting
from coign.web.reading import reader


def jurisdiction_of(organisation: Organisation) -> str:
    """Whose rules hold where an organisation is; empty: of no authority known here."""
    country = reader().state(ORGANISATION, organisation).country
    try:
        return rulesets.load().text(f"jurisdiction.of_country.{country}", acting.now())
    except KeyError:
        return ""


def is_authority(organisation: Organisation) -> bool:
    """Whether it decides."""
    return reader().state(ORGANISATION, organisation).category == "authority"


def authorisations(actor: Actor) -> list[Authorised]:
    """An authority sees those of its jurisdiction, any other house those that it takes part in."""
    own = actor.organisation
    watched = jurisdiction_of(own) if is_authority(own) else ""
    found = [s.says for s in reader().every(AUTHORISATION, Authorisation).values() if s.says is not None]
    if (narrowed := scope.within()) is not None:
        found = [a for a in found if a.product in narrowed.products]
    return [a for a in found if (a.jurisdiction == watched if watched else _takes_part(own, a))]


def _takes_part(organisation: Organisation, says: Authorised) -> bool:
    return organisation in (says.holder, says.kept_by, *says.makers, *says.centres)


def applications(actor: Actor) -> list[tuple[Application, ApplicationState]]:
    """Those that this organisation made or was asked in."""
    every = reader().every(APPLICATION, Application)
    reader().look_ahead(every, (PARTIES,))
    return [(s, state) for s, state in every.items() if reader().may_see(s, actor.organisation)]
