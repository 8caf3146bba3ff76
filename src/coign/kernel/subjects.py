"""What an entry can be about: text of the form `kind:identifier`, typed by kind."""

import re
from functools import lru_cache
from typing import ClassVar, Self

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")

KINDS: dict[str, type["Subject"]] = {}


class Subject(str):
    """A thing or person the record speaks of. `kind` is the part before the colon.

    `public` kinds may be seen by every signed-in organisation; all others only by the organisations party to them.
    """

    __slots__ = ()
    kind: ClassVar[str] = ""
    public: ClassVar[bool] = False

    def __init_subclass__(cls, *, kind: str, public: bool = False) -> None:
        cls.kind = kind
        cls.public = public
        assert kind not in KINDS, kind
        KINDS[kind] = cls

    @property
    def identifier(self) -> str:
        """The part after the colon."""
        return self.partition(":")[2]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a subject of this kind; ValueError says what was expected."""
        kind, colon, identifier = text.partition(":")
        if not colon or kind != cls.kind or not _IDENTIFIER.match(identifier):
            raise ValueError(f"expected {cls.kind}:… (letters, digits, . _ -, at most 64)")
        return cls(text)

    @classmethod
    def of(cls, identifier: str) -> Self:
        """The subject of this kind with this identifier."""
        return cls.parse(f"{cls.kind}:{identifier}")


@lru_cache(maxsize=16_384)
def parse_subject(text: str) -> Subject:
    """Read a subject of any known kind; ValueError says what was expected."""
    known = KINDS.get(text.partition(":")[0])
    if known is None:
        raise ValueError(f"expected kind:identifier with a kind out of {', '.join(sorted(KINDS))}")
    return known.parse(text)


class Ledger(Subject, kind="ledger", public=True):
    """The record itself."""


class Patient(Subject, kind="patient"):
    """The person treated; names live in the vault."""


class HospitalNumber(Subject, kind="number"):
    """A hospital number at one centre, as a keyed mark: equal numbers, equal marks; the number lives in the vault."""


class Donor(Subject, kind="donor"):
    """The source of cells; in autologous work the same human as the patient, kept as a record of its own."""


class Chain(Subject, kind="chain"):
    """One therapy of one patient: the chain of identity (COI)."""


class Unit(Subject, kind="unit"):
    """A container that exists once: collection bag, cryobag, vial, sample."""


class Batch(Subject, kind="batch"):
    """One production run; autologous: one batch, one patient."""


class Lot(Subject, kind="lot"):
    """A lot of a material such as vector, beads, medium."""


class Serial(Subject, kind="serial"):
    """A serialised pack of a supplied product."""


class Person(Subject, kind="person", public=True):
    """Somebody who acts: a member of staff, a device or the clock actor."""


class Organisation(Subject, kind="organisation", public=True):
    """A hospital, maker, courier, authority."""


class Site(Subject, kind="site", public=True):
    """A place of an organisation, with a time zone."""


class Equipment(Subject, kind="equipment"):
    """A device with calibration and cleaning: apheresis machine, freezer, logger."""


class Box(Subject, kind="box"):
    """A box in a rack of a storage tank, with numbered positions for units."""


class Room(Subject, kind="room"):
    """A room or cabinet with a grade."""


class Shipper(Subject, kind="shipper"):
    """A reusable transport container with a hold time."""


class Shipment(Subject, kind="shipment"):
    """One transport of units in a shipper from one site to another."""


class Case(Subject, kind="case"):
    """A deviation, safety case, complaint or other matter being looked into."""


class Document(Subject, kind="document"):
    """A controlled document."""


class Product(Subject, kind="product", public=True):
    """A therapy product."""


class Authorisation(Subject, kind="authorisation", public=True):
    """A marketing authorisation, trial authorisation or other legal basis."""


class Application(Subject, kind="application"):
    """What a holder asks an authority to allow; seen by those two alone."""


class Programme(Subject, kind="programme", public=True):
    """A therapy as data: journey, limits, roles; versioned."""


class Holds(Subject, kind="holds", public=True):
    """The holds in force that are predicates rather than lists."""


class Course(Subject, kind="course", public=True):
    """A course that people take to qualify for tasks; versioned."""


class Attempt(Subject, kind="attempt"):
    """One try at the questions of a course by one person; passed or not, it is kept."""


class Learner(Subject, kind="learner"):
    """One person's training file: what was assigned, tried and seen. Bears the identifier of the person."""


class Cohort(Subject, kind="cohort"):
    """The answers of one organisation's people to one course, kept to see whose are alike."""


class Lesson(Subject, kind="lesson", public=True):
    """What was learned from something that went wrong, to be read before the task is next done."""


class Curriculum(Subject, kind="curriculum", public=True):
    """What tasks ask of whoever does them, besides a qualification."""


class Supplier(Subject, kind="supplier"):
    """Somebody who sells material, as one organisation judged them."""
