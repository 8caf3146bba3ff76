"""At the story's end the maker has opened its records for an inspection: of two products, as treated in Europe."""

from typing import TYPE_CHECKING, Any

from coign.demo import oversight, people
from coign.demo.seed import INSPECTION_DAYS

if TYPE_CHECKING:
    from coign.demo.seed import Seeding

INSPECTOR, OPENS = "inspector-1", "admin-1"


def furnish(seeding: "Seeding") -> None:
    """Opened by one of the maker's administrators."""
    by, whose = people.account(OPENS), people.account(INSPECTOR)
    assert by is not None
    assert whose is not None

    def inspection() -> dict[str, Any]:
        return {
            "person": whose.person,
            "organisation": people.MAKER,
            "until": seeding.now.plus(days=INSPECTION_DAYS),
            "products": [oversight.FIRST_PRODUCT, oversight.SECOND],
            "sites": [people.site_of(people.CENTRE)],
        }

    seeding.once(f"inspection/{INSPECTOR}", by.actor, "people.open_inspection", inspection)
