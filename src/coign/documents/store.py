"""A folder in which every document lies under its SHA-256: what the record names by a hash (21 CFR 11.10(c))."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from coign.files import write_whole
from coign.kernel.errors import IntegrityFailure, Invalid, NotFound, Unavailable
from coign.kernel.values import Digest

#: The largest document taken; a logger file of a year at one reading a minute is a tenth of it.
DOCUMENT_BYTES_MAX = 256 * 1024 * 1024


class Documents:
    """The documents of one installation. Several processes may use them: the same bytes have the same name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> Digest:
        """Keep a document; on return it is on disk. Putting the same bytes again changes nothing."""
        if len(content) > DOCUMENT_BYTES_MAX:
            raise Invalid.at("document", f"is larger than {DOCUMENT_BYTES_MAX // 1024 // 1024} MiB")
        digest = Digest(hashlib.sha256(content).hexdigest())
        file = self._file(digest)
        if not self._is_whole(file, digest):
            try:
                self._write(file, content)
            except OSError as error:
                raise Unavailable(f"the document cannot be kept: {error.strerror}") from error
        return digest

    def get(self, digest: Digest) -> bytes:
        """The document, hashed again: what was changed on disk is never given."""
        try:
            content = self._file(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"there is no document {digest[:12]}… here") from None
        except OSError as error:
            raise Unavailable(f"the document cannot be read: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise IntegrityFailure(f"the document {digest[:12]}… was changed on disk")
        return content

    def has(self, digest: Digest) -> bool:
        """Whether a document lies under this hash."""
        return self._file(digest).is_file()

    def digests(self) -> Iterator[Digest]:
        """Every document there is, in order of its hash."""
        for folder in sorted(self._folder.glob("[0-9a-f][0-9a-f]")):
            for file in sorted(folder.glob("[0-9a-f]*")):
                yield Digest(folder.name + file.name)

    def _file(self, digest: Digest) -> Path:
        # Two levels, so that no folder grows beyond what file systems list quickly.
        checked = Digest.parse(digest)
        return self._folder / checked[:2] / checked[2:]

    @staticmethod
    def _is_whole(file: Path, digest: Digest) -> bool:
        """Whether it is there as it should be; one that was damaged is written anew."""
        try:
            return hashlib.sha256(file.read_bytes()).hexdigest() == digest
        except OSError:
            return False

    @staticmethod
    def _write(file: Path, content: bytes) -> None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(file, content)
