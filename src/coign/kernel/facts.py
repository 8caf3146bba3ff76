"""Facts: what happened. Public, versioned, never changed; old versions stay readable for ever."""

from typing import Any, ClassVar

from coign.kernel.subjects import Organisation, Subject

FACTS: dict[str, type["Fact"]] = {}


class Fact:
    """Base of all facts. A subclass names its public type and which of its fields the fact is about.

    `type` is independent of any Python path. `about` names the fields (one subject or a tuple of them) whose states
    the fact changes. `parties` names fields that hold organisations which thereby become party to those subjects.
    Fields are added with a default, never renamed or retyped; otherwise a new type is made and the old one gets an
    `upcast` method that gives the newer fact.
    """

    __slots__ = ()
    TYPE: ClassVar[str]
    ABOUT: ClassVar[tuple[str, ...]]
    PARTIES: ClassVar[tuple[str, ...]]

    def __init_subclass__(
        cls, *, type: str | None = None, about: tuple[str, ...] = (), parties: tuple[str, ...] = ()
    ) -> None:
        if type is not None:  # dataclass(slots=True) makes the class a second time, without these arguments
            assert type not in FACTS, type
            cls.TYPE, cls.ABOUT, cls.PARTIES = type, about, parties
        FACTS[cls.TYPE] = cls

    def claims(self) -> tuple[tuple[str, str], ...]:
        """Values (scope, value) that may be given once only, for ever, such as donation numbers."""
        return ()

    def upcast(self) -> "Fact":
        """The same fact in its newest version."""
        return self


def subjects_in(value: Any) -> tuple[Subject, ...]:
    """The subjects in one field: one, several or none."""
    if isinstance(value, Subject):
        return (value,)
    if isinstance(value, tuple):
        return tuple([v for v in value if isinstance(v, Subject)])
    return ()


def about(fact: Fact) -> tuple[Subject, ...]:
    """The subjects whose states a fact changes, in the order of its declaration."""
    return _in_fields(fact, fact.ABOUT)


def parties(fact: Fact) -> tuple[Organisation, ...]:
    """The organisations that a fact makes party to its subjects."""
    return tuple([s for s in _in_fields(fact, fact.PARTIES) if isinstance(s, Organisation)])


def _in_fields(fact: Fact, names: tuple[str, ...]) -> tuple[Subject, ...]:
    if len(names) == 1:  # nearly always
        return subjects_in(getattr(fact, names[0]))
    return tuple([s for name in names for s in subjects_in(getattr(fact, name))])
