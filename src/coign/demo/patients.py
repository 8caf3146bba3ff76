"""The demonstration's patients. None of them exists; none of their numbers does."""

import random
from datetime import date, timedelta
from decimal import Decimal

from coign.demo import people, plans
from coign.kernel.frozen import dataclass


@dataclass(frozen=True, slots=True)
class InventedPatient:
    """Who somebody is, as printed on the wristband, and what the therapy needs to know."""

    family_name: str
    given_name: str
    birth_date: str
    hospital_number: str
    weight_kg: str
    indication: str
    #: The family name from some day on; empty: it stays.
    new_family_name: str = ""


#: The first three: two of one name, born on different days, and between them one who marries.
_FIRST = (
    InventedPatient("Silva", "Maria", "1971-02-14", "NH-447109", "68.0", "Demonstration lymphoma, second relapse"),
    InventedPatient(
        "Torres", "Elena", "1984-09-30", "NH-431276", "61.5", "Demonstration lymphoma, refractory",
        new_family_name="Torres-Brandt",
    ),
    InventedPatient("Silva", "Maria", "1958-07-03", "NH-402881", "74.5", "Demonstration lymphoma, first relapse"),
)  # fmt: skip

_GIVEN = (
    "Alma", "Bruno", "Carla", "Dilan", "Edith", "Fatima", "Gregor", "Heike", "Igor", "Jelena", "Karim", "Lotte",
    "Mehmet", "Nadia", "Oskar", "Paula", "Quirin", "Rosa", "Stefan", "Tilda", "Umar", "Vera", "Wanda", "Xaver", "Yara",
)  # fmt: skip
_FAMILY = (
    "Albers", "Baumann", "Christou", "Dorn", "Engel", "Farkas", "Gruber", "Holt", "Iversen", "Jansky", "Keller",
    "Lorenz", "Marek", "Nowak", "Ortega", "Pohl", "Richter", "Schmitz", "Thoma", "Ullmann", "Vogt", "Weiss", "Zeman",
)  # fmt: skip
_INDICATIONS = (
    "Demonstration lymphoma, second relapse",
    "Demonstration lymphoma, refractory",
    "Demonstration leukaemia, relapse after transplant",
)


#: How the hospitals' own numbers begin.
_PREFIX = {people.CENTRE: "NH", people.CENTRE_US: "PV"}


def patient(seed: int, number: int) -> InventedPatient:
    """The patient of the therapy with this number, counted from 0."""
    if number < len(_FIRST):
        return _FIRST[number]
    chance = random.Random(f"{seed}/patient/{number}")  # noqa: S311 - a story, no secret
    born = date(1940, 1, 1) + timedelta(days=chance.randrange(24_000))
    return InventedPatient(
        family_name=chance.choice(_FAMILY),
        given_name=chance.choice(_GIVEN),
        birth_date=born.isoformat(),
        hospital_number=f"{_PREFIX[plans.plan_of(number).centre]}-{500_000 + (seed % 100) * 4_000 + number}",
        weight_kg=str(Decimal(chance.randrange(480, 1050)) / 10),
        indication=chance.choice(_INDICATIONS),
    )
