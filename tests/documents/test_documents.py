"""Documents: whole or not at all, and never anything else than what was put."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coign.documents import Documents
from coign.kernel.errors import IntegrityFailure, NotFound
from coign.kernel.values import Digest


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    return Documents(tmp_path / "documents")


@given(content=st.binary(max_size=2000))
def test_what_is_put_is_got(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    documents = Documents(tmp_path_factory.getbasetemp() / "any")
    assert documents.get(documents.put(content)) == content


def test_the_same_bytes_are_one_document(documents: Documents, tmp_path: Path) -> None:
    assert documents.put(b"form") == documents.put(b"form")
    assert sum(1 for f in tmp_path.rglob("*") if f.is_file()) == 1


@pytest.mark.requirement("CSV-01")
def test_a_document_that_was_changed_on_disk_is_never_given(documents: Documents, tmp_path: Path) -> None:
    digest = documents.put(b"minus 150")
    (file,) = (f for f in tmp_path.rglob("*") if f.is_file())
    file.write_bytes(b"minus 151")
    with pytest.raises(IntegrityFailure):
        documents.get(digest)
    assert documents.put(b"minus 150") == digest
    assert documents.get(digest) == b"minus 150"


def test_what_is_not_here_is_not_found(documents: Documents) -> None:
    absent = Digest("0" * 64)
    assert not documents.has(absent)
    with pytest.raises(NotFound):
        documents.get(absent)


def test_a_name_that_is_no_hash_reaches_no_file(documents: Documents) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        documents.get(Digest("../../../etc/passwd"))


def test_only_its_owner_may_look_into_the_folder(documents: Documents, tmp_path: Path) -> None:
    documents.put(b"signed form")
    (file,) = (f for f in tmp_path.rglob("*") if f.is_file())
    assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE(file.parent.stat().st_mode) & 0o077 == 0
