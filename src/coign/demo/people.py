"""Who takes part in the demonstration: organisations, their sites, and one account for each job. All invented."""

import random

from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person, Site
from coign.kernel.values import Actor

CENTRE = Organisation("organisation:nordhaven")
CENTRE_US = Organisation("organisation:prairie-view")
MAKER = Organisation("organisation:beispiel")
COURIER = Organisation("organisation:coldway")
AUTHORITY = Organisation("organisation:exma")


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation with its one site."""

    organisation: Organisation
    name: str
    category: str
    country: str
    site: Site
    site_name: str
    zone: str


PLACES = (
    Place(
        CENTRE, "Nordhaven University Hospital", "treatment_centre", "DE",
        Site("site:nordhaven-haematology"), "Nordhaven, Department of Haematology", "Europe/Berlin",
    ),
    Place(
        CENTRE_US, "Prairie View Medical Center", "treatment_centre", "US",
        Site("site:prairie-view-infusion"), "Prairie View, Cellular Therapy Unit", "America/New_York",
    ),
    Place(
        MAKER, "Beispiel Biotherapies", "maker", "NL",
        Site("site:beispiel-plant-1"), "Beispiel Biotherapies, Plant 1", "Europe/Amsterdam",
    ),
    Place(
        COURIER, "Coldway Couriers", "courier", "NL",
        Site("site:coldway-depot"), "Coldway Couriers, Depot", "Europe/Amsterdam",
    ),
    Place(
        AUTHORITY, "Example Medicines Authority", "authority", "NL",
        Site("site:exma-office"), "Example Medicines Authority", "Europe/Amsterdam",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """One job: who signs in under its name, for whom, in which role."""

    account: str
    role: str
    organisation: Organisation
    #: A person who signs in; a machine has a name but no sign-in.
    person_signs_in: bool = True

    @property
    def person(self) -> Person:
        """The person of the record."""
        return Person.of(self.account)

    @property
    def actor(self) -> Actor:
        """This person at work."""
        return Actor(self.person, self.role, self.organisation)


def _jobs(organisation: Organisation, *names: str) -> tuple[Account, ...]:
    return tuple(Account(name, name.rpartition("-")[0], organisation) for name in names)


ACCOUNTS: tuple[Account, ...] = (
    *_jobs(
        CENTRE,
        "coordinator-1", "physician-1", "nurse-1", "nurse-2", "celllab-1", "celllab-2", "infusion-1", "infusion-2",
        "pharmacist-1",
    ),
    *_jobs(COURIER, "courier-1", "courier-2"),
    *_jobs(
        MAKER,
        "warehouse-1", "warehouse-2", "operator-1", "operator-2", "operator-3", "analyst-1", "qcreviewer-1", "qa-1",
        "qp-1", "quality-us-1", "safety-1", "trainer-1", "regulatory-1",
    ),
    *_jobs(AUTHORITY, "authority-1", "inspector-1"),
    *_jobs(MAKER, "admin-1", "admin-2"),
)  # fmt: skip

#: Who works at the second centre. They sign like everybody.
SECOND_CENTRE: tuple[Account, ...] = _jobs(
    CENTRE_US, "coordinator-2", "physician-2", "nurse-3", "nurse-4", "celllab-3", "celllab-4"
)
EVERYBODY = (*ACCOUNTS, *SECOND_CENTRE)

#: Somebody of quality who signs as people do outside a demonstration: with password and code. No part of the story.
BY_CODE = Account("totp-demo", "qa", MAKER)
#: Whom one can sign in as from the list of `coign demo accounts`; the sign-in page has the second centre's as well.
LISTED = (*ACCOUNTS, BY_CODE)
ON_THE_PAGE = (*LISTED, *SECOND_CENTRE)

#: The hospital's own system, which sends patients and orders; it prepares and never signs.
INTERFACE = Account("interface-1", "coordinator", CENTRE, person_signs_in=False)

#: Who is meant by the staff numbers of the hospital's own system, written `system|number`.
STAFF_NUMBERS = {"https://centre-a.example.org/staff|P-2210": Person("person:physician-1")}


def account(name: str) -> Account | None:
    """The account of this name."""
    return next((a for a in (*EVERYBODY, BY_CODE) if a.account == name), None)


def in_role(role: str, organisation: Organisation) -> list[Account]:
    """Everybody who has this job there, in the order of their names."""
    return [a for a in EVERYBODY if (a.role, a.organisation) == (role, organisation)]


def place_of(organisation: Organisation) -> Place:
    """An organisation with its site."""
    return next(p for p in PLACES if p.organisation == organisation)


def site_of(organisation: Organisation) -> Site:
    """Where an organisation is."""
    return place_of(organisation).site


def zone_of(organisation: Organisation) -> str:
    """The zone in which an organisation's times are read."""
    return place_of(organisation).zone


_GIVEN = (
    "Ada", "Amir", "Anneke", "Birgit", "Chidi", "Clara", "Daan", "Deniz", "Elif", "Emil", "Farah", "Femke", "Goran",
    "Hanna", "Ines", "Jonas", "Kaito", "Lena", "Lucía", "Malik", "Marta", "Noor", "Olu", "Petra", "Priya", "Rafał",
    "Ruth", "Samir", "Sofie", "Tomás", "Ulla", "Victor", "Wei", "Yusuf", "Zoë",
)  # fmt: skip
_FAMILY = (
    "Achterberg", "Adeyemi", "Bergström", "Brandt", "Castellano", "Demir", "Dijkstra", "Eriksen", "Falk", "Ferreira",
    "Goldmann", "Haddad", "Ibsen", "Janssen", "Kaya", "Kowalska", "Lindqvist", "Moreau", "Nakamura", "Novák", "Okafor",
    "Petrov", "Quint", "Rahman", "Santos", "Steiner", "Tamm", "Urban", "Visser", "Wagner", "Yilmaz", "Zimmer",
)  # fmt: skip
#: Those of the second centre have names of their own, so that the others keep theirs.
_AT_THE_SECOND = (
    "Grace Whitfield", "Hector Alvarado", "June Okonkwo", "Caleb Thornton", "Mei Castellanos", "Wyatt Lindgren",
)  # fmt: skip


def printed_names(seed: int) -> dict[str, str]:
    """The invented name of everybody; no two alike, so that nobody is taken for a colleague."""
    chance = random.Random(f"{seed}/people")  # noqa: S311 - a story, no secret
    given, family = chance.sample(_GIVEN, len(ACCOUNTS)), chance.sample(_FAMILY, len(ACCOUNTS))
    names = {a.account: f"{g} {f}" for a, g, f in zip(ACCOUNTS, given, family, strict=True)}
    names |= {a.account: name for a, name in zip(SECOND_CENTRE, _AT_THE_SECOND, strict=True)}
    return {**names, BY_CODE.account: "Nadia Verhoeven", INTERFACE.account: "Nordhaven hospital system"}
