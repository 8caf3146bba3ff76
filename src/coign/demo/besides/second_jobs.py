"""People of a small house have a second job: who tested may judge as well, though never what they tested."""

from coign.demo import people
from coign.demo.besides import EVIDENCE, Do, by, person
from coign.kernel.subjects import Lot

#: Who holds which further roles at the maker. Administrators and operators are kept apart by the rules of separation.
JOBS = {
    "analyst-1": ("qcreviewer", "qa", "qp"),
    "qcreviewer-1": ("qa", "analyst"),
    "qa-1": ("qp", "trainer"),
    "qp-1": ("qa",),
    "trainer-1": ("qa",),
    "regulatory-1": ("qp", "qa"),
    "warehouse-1": ("qa", "analyst"),
    "operator-3": ("analyst",),
}
#: Who besides the analysts may test a product.
TESTERS, TESTS, TESTING_DAYS = ("warehouse-1", "qcreviewer-1"), "release_testing", 300
#: A lot that no product is made with: somebody looks at it in every role that may hold it.
LOOKED_AT = Lot.of("CRYOMEDIUM-4102")
#: Roles that keep no lot back.
NOT_OF_THE_STORE = ("trainer", "regulatory")


def given(do: Do) -> None:
    """Before the first programme is in force."""
    for name, roles in JOBS.items():
        for role in roles:
            what = {"person": person(name), "role": role, "organisation": people.MAKER}
            do(by("admin-1"), "people.grant_role", what)
    for name in TESTERS:
        until = {"until": do.now.plus(days=TESTING_DAYS), "evidence": EVIDENCE}
        do(by("trainer-1"), "training.qualify", {"person": person(name), "task": TESTS, **until})


def done(do: Do) -> None:
    """Each of them works in each of their roles once: they hold a lot back, and somebody else sets it free."""
    for name, roles in JOBS.items():
        for role in roles:
            if role in NOT_OF_THE_STORE:
                continue
            do(by(name, role), "supply.hold_lot", {"lot": LOOKED_AT, "why": "Demonstration: the label is smeared."})
            free = by("qp-1", "qa") if name == "qa-1" else by("qa-1")
            do(free, "supply.lift_hold", {"lot": LOOKED_AT, "finding": "Demonstration: it can be read on the bag."})
