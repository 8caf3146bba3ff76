"""Columns of many rows as PostgreSQL arrays, packed at once: the driver would look at every single value first."""

from collections.abc import Iterable, Sequence
from struct import Struct, pack
from typing import ClassVar

import psycopg
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

_LENGTH = Struct("!i").pack
_NULL = _LENGTH(-1)


class Column:
    """One array in PostgreSQL's binary form (its `array_recv`); a parameter for `unnest`."""

    __slots__ = ("packed",)
    element_oid: ClassVar[int]

    def __init__(self, count: int, values: bytes, *, nulls: bool = False) -> None:
        head = (1, int(nulls), self.element_oid, count, 1) if count else (0, 0, self.element_oid)
        self.packed = pack(f"!{len(head)}i", *head) + values


class Integers(Column):
    """A column of bigint."""

    __slots__ = ()
    element_oid = 20

    @classmethod
    def of(cls, values: Sequence[int]) -> "Integers":
        """Out of whole numbers."""
        row = [8] * (2 * len(values))  # each value behind its length
        row[1::2] = values
        return cls(len(values), pack("!" + "iq" * len(values), *row))


class Blobs(Column):
    """A column of bytea."""

    __slots__ = ()
    element_oid = 17

    @classmethod
    def of(cls, values: Sequence[bytes | None]) -> "Blobs":
        """Out of bytes; None is null."""
        parts: list[bytes] = []
        for value in values:
            parts += (_NULL,) if value is None else (_LENGTH(len(value)), value)
        return cls(len(values), b"".join(parts), nulls=None in values)


class Texts(Column):
    """A column of text."""

    __slots__ = ()
    element_oid = 25

    @classmethod
    def of(cls, values: Iterable[str]) -> "Texts":
        """Out of text."""
        parts: list[bytes] = []
        count = 0
        for value in values:
            encoded = value.encode()
            parts += (_LENGTH(len(encoded)), encoded)
            count += 1
        return cls(count, b"".join(parts))


class _Packed(Dumper):
    format = Format.BINARY

    def dump(self, obj: Column) -> Buffer:
        return obj.packed


def _register(column: type[Column], array_oid: int) -> None:
    psycopg.adapters.register_dumper(column, type(f"{column.__name__}Dumper", (_Packed,), {"oid": array_oid}))


_register(Integers, 1016)
_register(Blobs, 1001)
_register(Texts, 1009)
