"""The standard `dataclass(frozen=True, slots=True)`, made in a fifth of the time: there are hundreds at every start.

Used like the standard one, which makes everything that is not frozen with slots, and what has another one above it.
The same but for three things that nothing here rests on: `__init__` has no annotations, `__repr__` does not look out
for an object that holds itself, and what is the same object is equal, also where it is no number (as in the standard
one up to Python 3.12). See docs/decisions/0024.
"""

import dataclasses
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

#: All values of an object's fields, of those that count.
Values = Callable[[Any], tuple[Any, ...]]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **asked: bool) -> Any:
        """What `dataclasses.dataclass` is."""
        if cls is not None or not asked.keys() <= _OURS or not (asked.get("frozen") and asked.get("slots")):
            return dataclasses.dataclass(cls, **asked)
        return lambda plain: _made(plain, kw_only=asked.get("kw_only", False))


__all__ = ["dataclass"]

_OURS = {"frozen", "slots", "kw_only"}


def _made(plain: type, *, kw_only: bool) -> type:
    if any(map(dataclasses.is_dataclass, plain.__mro__[1:])):
        return dataclasses.dataclass(frozen=True, slots=True, kw_only=kw_only)(plain)
    # The standard one costs little until it writes methods: each is source text of its own that it compiles.
    cls: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(plain)
    fields = dataclasses.fields(cls)
    methods = {
        "__init__": _init(cls, fields),
        "__repr__": _repr([f.name for f in fields if f.repr]),
        "__eq__": _eq([f.name for f in fields if f.compare]),
        "__hash__": _hash([f.name for f in fields if (f.compare if f.hash is None else f.hash)]),
        "__setattr__": _set,
        "__delattr__": _delete,
        "__getstate__": _state,
        "__setstate__": _come_back,
    }
    for name, method in methods.items():
        if plain.__dict__.get(name) is None:  # `__hash__` is None where `__eq__` was written by hand
            setattr(cls, name, method)
    for made in ("init", "repr", "eq", "frozen"):  # the standard one looks at it in those above
        setattr(cls.__dataclass_params__, made, True)
    cls.__init__.__qualname__ = f"{cls.__qualname__}.__init__"  # errors about arguments name it
    return cls  # type: ignore[no-any-return]


def _init(cls: Any, fields: Sequence[dataclasses.Field[Any]]) -> Callable[..., None]:
    """The one method that is compiled: it names the fields, and is called more than all others."""
    known: dict[str, Any] = {"MISSING": dataclasses.MISSING}
    places, keywords, body = ["self"], ["*"], []
    for field in fields:
        name = value = field.name
        known[f"set_{name}"] = getattr(cls, name).__set__
        asked = name
        if field.default is not dataclasses.MISSING:
            known[f"of_{name}"], asked = field.default, f"{name}=of_{name}"
        elif field.default_factory is not dataclasses.MISSING:
            known[f"of_{name}"], asked = field.default_factory, f"{name}=MISSING"
            value = f"of_{name}() if {name} is MISSING else {name}"
        if field.init:
            (keywords if field.kw_only else places).append(asked)
        else:
            value = f"of_{name}" if field.default is not dataclasses.MISSING else f"of_{name}()"
        body.append(f"set_{name}(self, {value})")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    asked = ", ".join(places + (keywords if len(keywords) > 1 else []))
    exec(f"def __init__({asked}):\n " + "\n ".join(body or ["pass"]), known)  # noqa: S102  # names of our own fields
    return known["__init__"]  # type: ignore[no-any-return]


def _values(names: Sequence[str]) -> Values:
    if len(names) > 1:
        return attrgetter(*names)  # a tuple from two on
    if not names:
        return lambda _: ()
    only = attrgetter(*names)
    return lambda self: (only(self),)


def _repr(names: Sequence[str]) -> Callable[[Any], str]:
    values = _values(names)

    def said(self: Any) -> str:
        told = [f"{name}={value!r}" for name, value in zip(names, values(self), strict=True)]
        return f"{type(self).__qualname__}({', '.join(told)})"

    return said


def _eq(names: Sequence[str]) -> Callable[[Any, object], bool]:
    values = _values(names)

    def equals(self: Any, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return equals


def _hash(names: Sequence[str]) -> Callable[[Any], int]:
    values = _values(names)
    return lambda self: hash(values(self))


def _set(self: Any, name: str, value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(self: Any, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _come_back(self: Any, state: Sequence[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
