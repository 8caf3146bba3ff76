"""What our quicker frozen dataclass makes is what the standard one makes, as far as anything here looks."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, astuple, dataclass, field, fields, is_dataclass, replace
from itertools import product
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coign.kernel import frozen

Decorator = Callable[..., Any]


def nothing(made_by: Decorator) -> type:
    @made_by(frozen=True, slots=True)
    class Nothing:
        """No field at all."""

    return Nothing


def one(made_by: Decorator) -> type:
    @made_by(frozen=True, slots=True)
    class One:
        """One field."""

        only: object

    return One


def some(made_by: Decorator) -> type:
    @made_by(frozen=True, slots=True)
    class Some:
        """Fields with and without defaults, and one that is none."""

        KIND: ClassVar[str] = "some"
        first: object
        second: object = None
        third: tuple[object, ...] = field(default_factory=tuple)

    return Some


def by_name(made_by: Decorator) -> type:
    @made_by(frozen=True, slots=True, kw_only=True)
    class ByName:
        """Only by name; a default may come first."""

        first: object = 1
        second: object = field(metadata={"asks": "a question"})

    return ByName


def below(made_by: Decorator) -> type:
    @made_by(frozen=True, slots=True)
    class Below(some(made_by)):  # type: ignore[misc]
        """A field more than the one above."""

        fourth: object = field(default=4, kw_only=True)

    return Below


def judged(made_by: Decorator) -> type:
    @made_by(frozen=True, slots=True)
    class Judged:
        """Looks at what it was given; some of it does not count."""

        first: object
        second: object = field(default=2, compare=False)
        third: object = field(default=3, repr=False, hash=False)
        fourth: object = field(init=False, default=4)
        fifth: list[object] = field(init=False, default_factory=list, hash=False)

        def __post_init__(self) -> None:
            self.fifth.append(self.first)

    return Judged


def by_hand(made_by: Decorator) -> type:
    @made_by(frozen=True, slots=True)
    class ByHand:
        """Writes some methods itself."""

        first: object

        def __repr__(self) -> str:
            return "ByHand(…)"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, type(self))

    return ByHand


SHAPES = [nothing, one, some, by_name, below, judged, by_hand]
BOTH = {shape: (shape(dataclass), shape(frozen.dataclass)) for shape in SHAPES}
SEVERAL = [shape for shape in SHAPES if shape is not nothing]

values = st.one_of(st.none(), st.booleans(), st.integers(-1, 1), st.sampled_from(["", "1", "ä"]))


def asked(shape: Decorator, given: list[object]) -> dict[str, object]:
    """Arguments for the fields of this shape, as many as were given."""
    return dict(zip([f.name for f in fields(BOTH[shape][0]) if f.init], given, strict=False))


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=30)
@given(several=st.lists(st.lists(values, min_size=4, max_size=4), min_size=2, max_size=3))
def test_what_it_makes_says_equals_hashes_and_is_replaced_as_the_standard_one_does(
    shape: Decorator, several: list[list[object]]
) -> None:
    standard, ours = ([cls(**asked(shape, given)) for given in several] for cls in BOTH[shape])
    for told in (repr, asdict, astuple, hash):
        assert list(map(told, ours)) == list(map(told, standard)), told
    pairs = list(product(range(len(several)), repeat=2))
    assert [ours[a] == ours[b] for a, b in pairs] == [standard[a] == standard[b] for a, b in pairs]
    for changed in asked(shape, several[0]):
        again = [repr(replace(each[1], **{changed: "changed"})) for each in (standard, ours)]
        assert again[0] == again[1]
    assert ours[0] != standard[0]


@pytest.mark.parametrize("shape", SHAPES)
def test_its_fields_order_documentation_and_places_in_memory_are_the_same(shape: Decorator) -> None:
    standard, ours = BOTH[shape]
    alike = ("name", "type", "default", "default_factory", "init", "repr", "hash", "compare", "metadata", "kw_only")
    described = [[[getattr(f, a) for a in alike] for f in fields(cls)] for cls in (standard, ours)]
    assert described[0] == described[1] and is_dataclass(ours)
    assert repr(ours.__dataclass_params__) == repr(standard.__dataclass_params__)
    for told in ("__match_args__", "__slots__", "__doc__", "__qualname__"):
        assert getattr(ours, told) == getattr(standard, told), told
    parameters = [
        [(p.name, p.kind, p.default is p.empty) for p in inspect.signature(c).parameters.values()] for c in BOTH[shape]
    ]
    assert parameters[0] == parameters[1]
    assert not hasattr(ours(**asked(shape, [1, 2, 3, 4])), "__dict__")


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_of_it_can_be_changed(shape: Decorator) -> None:
    for name in [*asked(shape, [1, 2, 3, 4]), "other"]:
        said = []
        for cls in BOTH[shape]:
            made = cls(**asked(shape, [1, 2, 3, 4]))
            for act in (lambda made=made, name=name: setattr(made, name, 9), lambda m=made, n=name: delattr(m, n)):
                with pytest.raises((FrozenInstanceError, TypeError)) as refused:
                    act()
                said.append(str(refused.value))
            assert repr(made) == repr(cls(**asked(shape, [1, 2, 3, 4])))
        assert name == "other" or said[:2] == said[2:]


@pytest.mark.parametrize("shape", SEVERAL)
def test_wrong_arguments_are_refused_in_the_same_words(shape: Decorator) -> None:
    for arguments in ({}, {"stranger": 1}):
        said = []
        for cls in BOTH[shape]:
            with pytest.raises(TypeError) as refused:
                cls(**arguments)
            said.append(str(refused.value))
        assert said[0] == said[1]


def test_every_one_gets_a_default_of_its_own() -> None:
    ours = BOTH[judged][1]
    assert ours(1).fifth == [1] and ours(2).fifth == [2]


@pytest.mark.parametrize(("above", "below"), [(dataclass, frozen.dataclass), (frozen.dataclass, dataclass)])
def test_one_kind_may_stand_above_the_other(above: Decorator, below: Decorator) -> None:
    @below(frozen=True, slots=True)
    class Child(some(above)):  # type: ignore[misc]
        fourth: object = 4

    assert Child(1) == Child(1, fourth=4) != Child(1, fourth=5)
    with pytest.raises(FrozenInstanceError):
        Child(1).first = 2


def test_a_pattern_finds_its_places() -> None:
    ours: Any = BOTH[some][1]
    match ours(1, 2):
        case ours(first, second, ()):
            assert (first, second) == (1, 2)
        case _:
            pytest.fail("did not match")


@frozen.dataclass(frozen=True, slots=True)
class Kept:
    """One that can be found by its name, as what is packed must be."""

    first: object
    second: tuple[object, ...] = ()


def test_it_can_be_copied_and_packed() -> None:
    kept = Kept("a", ("b", 3))
    assert copy.copy(kept) == copy.deepcopy(kept) == pickle.loads(pickle.dumps(kept)) == kept


def test_whatever_else_is_asked_for_the_standard_one_makes() -> None:
    @frozen.dataclass(slots=True)
    class Changes:
        first: int

    @frozen.dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        first: int

    @frozen.dataclass
    class Plain:
        first: int

    changes = Changes(1)
    changes.first = 2
    assert changes == Changes(2) and Ordered(1) < Ordered(2) and Plain(1) == Plain(1)
    assert dataclasses.is_dataclass(Plain)
