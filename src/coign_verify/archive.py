"""A ZIP file of exactly one form, so that it opens on any laptop and yet no byte of it can be chosen.

Files are stored as they are, in the order given, with plain ASCII names, all of the first day that ZIP can name, and
without comments, extra fields or anything between them. Whoever reads one writes it anew and compares.
"""

from binascii import crc32
from collections.abc import Iterable
from struct import Struct

_LOCAL = Struct("<4s5H3I2H")
_CENTRAL = Struct("<4s6H3I5H2I")
_END = Struct("<4s4H2IH")
_VERSION, _FIRST_DAY = 10, 0x0021

Files = list[tuple[str, bytes]]


class ArchiveError(ValueError):
    """Bytes that are no archive of this form."""


def archive(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The one archive of these files."""
    parts: list[bytes] = []
    listed: list[bytes] = []
    at = 0
    for name, content in files:
        of = (0, 0, 0, _FIRST_DAY, crc32(content), len(content), len(content), len(name), 0)
        local = _LOCAL.pack(b"PK\x03\x04", _VERSION, *of) + name.encode("ascii")
        listed.append(_CENTRAL.pack(b"PK\x01\x02", _VERSION, _VERSION, *of, 0, 0, 0, 0, at) + name.encode("ascii"))
        parts += (local, content)
        at += len(local) + len(content)
    length, count = sum(map(len, listed)), len(listed)
    return b"".join([*parts, *listed, _END.pack(b"PK\x05\x06", 0, 0, count, count, length, at, 0)])


def read_archive(data: bytes) -> tuple[Files, str]:
    """The files of an archive in their order, and in which way it is not of the one form ("" where it is).

    What can be read is given also where something is wrong, so that what was changed can be named.
    """
    files: Files = []
    at = 0
    while data[at : at + 4] == b"PK\x03\x04" and at + _LOCAL.size <= len(data):
        *_, size, _, name_length, extra_length = _LOCAL.unpack_from(data, at)
        start = at + _LOCAL.size + name_length + extra_length
        name = data[at + _LOCAL.size : at + _LOCAL.size + name_length].decode("ascii", "replace")
        files.append((name, data[start : start + size]))
        at = start + size
    if not files:
        raise ArchiveError("it is no ZIP file")
    anew = archive([(name.encode("ascii", "replace").decode(), content) for name, content in files])
    if anew == data:
        return files, ""
    first = next((n for n, (one, other) in enumerate(zip(anew, data, strict=False)) if one != other), None)
    differs = min(len(anew), len(data)) if first is None else first
    return files, f"the file is not written as a pack is, from byte {differs} on"
