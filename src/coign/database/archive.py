"""The file a backup lies in: a zip of tables as PostgreSQL's COPY text, documents as they are, and a manifest.

The manifest names every part with its size and hash. Its seal is made with a key of the installation that lies in no
backup: a file whose parts were exchanged and hashed anew does not open either. The last bytes of the file are a second
seal over all before them, so that a byte between the parts, which no reader of zip files looks at, is held as well.
"""

import hashlib
import hmac
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO

import msgspec

from coign.kernel.errors import IntegrityFailure, Invalid
from coign.kernel.frozen import dataclass

FORMAT = "coign/backup/v1"
MANIFEST, SEAL = "manifest.json", "manifest.seal"
_CHUNK_BYTES = 1 << 20
_WHOLE_BYTES = 64  # the seal of the whole file, in hexadecimal: the comment that a zip file may end with
#: The manifest of an installation with a million documents; nobody lets a file from outside fill the memory.
_MANIFEST_BYTES_MAX = 256 * 1024 * 1024


class BackupDamaged(IntegrityFailure):
    """A backup is not what was written: the part is named."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the file: a table's rows or a document."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table's rows, in the order of these columns."""

    name: str
    columns: tuple[str, ...]
    rows: int
    part: Part


@dataclass(frozen=True, slots=True)
class LedgerPart:
    """What a ledger was when it was backed up: its size and root, and its newest signed checkpoint (empty: none)."""

    ledger_id: int
    origin: str
    size: int
    root: str
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything a backup says about itself."""

    format: str
    made_at: str
    software: str
    schema: str
    server: str
    ledgers: tuple[LedgerPart, ...]
    tables: tuple[Table, ...]
    documents: tuple[Part, ...]
    #: Files of programmes and courses that this installation added to those of the release.
    programmes: tuple[Part, ...]
    #: What made the tables of accounts as they are: application and name of each step, in order.
    migrations: tuple[tuple[str, str], ...]
    #: Keys that are needed to use this backup and are not in it.
    apart: tuple[str, ...]

    @property
    def parts(self) -> Iterator[Part]:
        """Every part."""
        yield from (table.part for table in self.tables)
        yield from self.documents
        yield from self.programmes

    def table(self, name: str) -> Table | None:
        """A table by its full name."""
        return next((table for table in self.tables if table.name == name), None)


class Counting:
    """A part while it is written: counts bytes and lines, and hashes."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target, self._hash = target, hashlib.sha256()
        self.bytes = self.lines = 0

    def write(self, data: bytes) -> None:
        """Add to the part."""
        self._target.write(data)
        self._hash.update(data)
        self.bytes += len(data)
        self.lines += data.count(b"\n")

    def part(self, name: str) -> Part:
        """What was written."""
        return Part(name, self.bytes, self._hash.hexdigest())


class ArchiveWriter:
    """Writes the parts one after the other, then the manifest with its seal."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._zip = zipfile.ZipFile(file, "w")

    @contextmanager
    def part(self, name: str, *, packed: bool = True) -> Iterator[Counting]:
        """One part, open for writing; documents are stored as they are, since most are packed by themselves."""
        info = zipfile.ZipInfo(name)  # every part bears the same date: when it was made stands in the manifest
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as target:
            yield Counting(target)

    def finish(self, manifest: Manifest, seal_key: bytes) -> None:
        """The manifest comes last: a file that was cut off has none. Nothing can be added after it."""
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        for name, content in ((MANIFEST, text), (SEAL, _seal(text, seal_key))):
            with self.part(name) as part:
                part.write(content)
        self._zip.comment = b"0" * _WHOLE_BYTES
        self._zip.close()
        seal, _ = _whole(self._file, seal_key)
        self._file.seek(-_WHOLE_BYTES, os.SEEK_END)
        self._file.write(seal)

    def __enter__(self) -> "ArchiveWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()


class Archive:
    """A backup, open for reading. Nothing in it is believed before `check_seal` and `check`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise Invalid.at("FILE", f"{path} cannot be read ({error.strerror})") from error
        except (zipfile.BadZipFile, ValueError) as error:
            raise BackupDamaged(f"{path} is no backup, or its end is missing ({error})") from error
        try:
            self._text = self._read(MANIFEST, _MANIFEST_BYTES_MAX)
            self.manifest = _manifest(self._text, path)
        except BaseException:
            self._zip.close()
            raise

    def check_seal(self, seal_key: bytes) -> None:
        """BackupDamaged unless this installation made the manifest, and nobody has touched it since."""
        if not hmac.compare_digest(self._read(SEAL, 1024), _seal(self._text, seal_key)):
            raise BackupDamaged(
                f"the manifest of {self.path} was not sealed with the key of this installation: it was altered, "
                "or the backup is another installation's, or vault.key is not the one that belongs to it"
            )

    def check_whole(self, seal_key: bytes) -> list[str]:
        """Whether every byte is as it was written, also those that belong to no part; empty when so."""
        with self.path.open("rb") as file:
            seal, found = _whole(file, seal_key)
        return [] if hmac.compare_digest(seal, found) else ["a byte between its parts is not as it was written"]

    def check(self, progress: Callable[[str], None] = lambda line: None) -> list[str]:
        """Read every part and compare it with the manifest; what does not agree, by name."""
        wrong = []
        for number, part in enumerate(self.manifest.parts, 1):
            if why := self._wrong(part):
                wrong.append(f"{part.name}: {why}")
            if number % 1000 == 0:
                progress(f"{number} parts read back")
        known = {part.name for part in self.manifest.parts} | {MANIFEST, SEAL}
        return wrong + [f"{name}: is not in the manifest" for name in self._zip.namelist() if name not in known]

    def _wrong(self, part: Part) -> str:
        hashed, size = hashlib.sha256(), 0
        try:
            for chunk in self._chunks(part.name):
                hashed.update(chunk)
                size += len(chunk)
        except BackupDamaged as error:
            return error.message
        if size != part.bytes:
            return f"has {size} bytes, not {part.bytes}"
        return "" if hashed.hexdigest() == part.sha256 else "its bytes are not those that were written"

    def lines(self, table: Table) -> Iterator[bytes]:
        """The rows of a table, each as one line of COPY text without its line feed."""
        rest = b""
        for chunk in self._chunks(table.part.name):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole

    def chunks(self, part: Part) -> Iterator[bytes]:
        """The bytes of a part, piece by piece."""
        return self._chunks(part.name)

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def __enter__(self) -> "Archive":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, name: str, at_most: int) -> bytes:
        return b"".join(self._chunks(name, at_most))

    def _chunks(self, name: str, at_most: int | None = None) -> Iterator[bytes]:
        read = 0
        try:
            with self._zip.open(name) as source:
                while chunk := source.read(_CHUNK_BYTES):
                    read += len(chunk)
                    if at_most is not None and read > at_most:
                        raise BackupDamaged(f"{name} in {self.path} is larger than anything Coign writes")
                    yield chunk
        except KeyError:
            raise BackupDamaged(f"{name} is missing in {self.path}") from None
        # What zip and its packing raise over bytes that are not what they were.
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
            raise BackupDamaged(f"{name} in {self.path} cannot be read: {error}") from error


def _manifest(text: bytes, path: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BackupDamaged(f"the manifest of {path} cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise Invalid.at(
            "FILE",
            f"{path} has the format {manifest.format}; this version reads {FORMAT}: use the version that made it",
        )
    return manifest


def _seal(text: bytes, key: bytes) -> bytes:
    return hmac.new(key, text, "sha256").hexdigest().encode()


def _whole(file: IO[bytes], key: bytes) -> tuple[bytes, bytes]:
    """The seal of everything but the last bytes of a file, and these last bytes."""
    left = file.seek(0, os.SEEK_END) - _WHOLE_BYTES
    file.seek(0)
    sealed = hmac.new(key, digestmod="sha256")
    while left > 0 and (chunk := file.read(min(left, _CHUNK_BYTES))):
        sealed.update(chunk)
        left -= len(chunk)
    return sealed.hexdigest().encode(), file.read(_WHOLE_BYTES)


def settle(aside: Path, path: Path) -> None:
    """Give a file that is complete its final name, so that the name survives a power cut as well."""
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def fields(line: bytes) -> list[bytes | None]:
    """The columns of one line of COPY text; None: null."""
    return [None if each == rb"\N" else _unescaped(each) for each in line.split(b"\t")]


def octets(field: bytes | None) -> bytes:
    """A column of bytes, out of its hexadecimal spelling."""
    if field is None or not field.startswith(rb"\x"):
        raise BackupDamaged("a column of bytes is not spelt as PostgreSQL spells them")
    return bytes.fromhex(field[2:].decode("ascii"))


_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def _unescaped(field: bytes) -> bytes:
    if b"\\" not in field:
        return field
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), field)


def total_bytes(parts: Iterable[Part]) -> int:
    """How much these parts hold, unpacked."""
    return sum(part.bytes for part in parts)
