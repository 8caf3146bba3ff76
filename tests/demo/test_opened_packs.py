"""What of the vault goes into a pack: what its receiver may see at the installation, and nothing that was erased."""

import json
from collections.abc import Collection, Iterator
from functools import partial

import psycopg
import pytest
from tests.demo.conftest import WHO, only_therapy

from coign.kernel.errors import Invalid
from coign.ledger.checkpoints import publish
from coign.ledger.store import connect
from coign.service import Service
from coign.service.exporting import Exporter, texts_of
from coign.service.opening import opened_from
from coign.service.pack_sight import Sight
from coign.service.packing import Packed, Packer
from coign.vault.sealing import Opened
from coign_verify.archive import read_archive
from coign_verify.opening import fits
from coign_verify.pack import ACCOUNT, OPENINGS
from coign_verify.pack_check import verify_pack
from coign_verify.trust import Trust


class Taking:
    """Takes packs of the one therapy that there is, and looks into them."""

    def __init__(self, service: Service, connection: psycopg.Connection) -> None:
        self.service, self.connection, self.chain = service, connection, only_therapy(service)
        self.given = (service.ledger_id, service.keys_here(), service.documents, service.programmes)

    def pack(self, role: str = "", *, names: bool = False) -> Packed:
        opens = partial(opened_from, self.service.vault)
        return Packer(self.connection, *self.given).pack(self.chain, self.sight(role, names=names), opens)

    def after_erasure(self, role: str, owner: str, retention_class: str, *, names: bool = False) -> Packed:
        """What a pack would hold; the vault stays as it is."""
        vault = self.service.vault
        with vault.pool.connection() as connection, connection.transaction(force_rollback=True):
            assert vault.vault.erase(connection, owner, retention_class)

            def opens(asked: set[str]) -> dict[str, Opened]:
                found = vault.vault.open(connection, map(bytes.fromhex, asked))
                return {commitment.hex(): value for commitment, value in found.items()}

            return Packer(self.connection, *self.given).pack(self.chain, self.sight(role, names=names), opens)

    def held(self, packed: Packed) -> Collection[Opened]:
        """What the vault knows of the values that are opened."""
        openings = json.loads(dict(read_archive(packed.data)[0])[OPENINGS])
        return opened_from(self.service.vault, [fits(each) for each in openings]).values()

    def sight(self, role: str, *, names: bool = False) -> Sight:
        return Sight(self.service.states, role, names=names)

    @property
    def patient(self) -> str:
        (patient,) = self.pack("nurse", names=True).names
        return str(patient)


@pytest.fixture
def taking(after_the_end: Service) -> Iterator[Taking]:
    with connect(after_the_end.database.application_dsn) as connection:
        publish(connection, after_the_end.ledger_id, after_the_end.keys_here(), after_the_end.clock.now_us())
        yield Taking(after_the_end, connection)


def values(packed: Packed) -> dict[str, str]:
    """By field, what is opened."""
    found = json.loads(dict(read_archive(packed.data)[0])[OPENINGS])
    assert len(found) == packed.opened
    return {each["field"]: each["value"] for each in found}


@pytest.mark.requirement("TRC-26", "CSV-04")
def test_who_takes_packs_reads_the_texts_of_the_therapy_and_nobody_learns_a_name_unasked(taking: Taking) -> None:
    packed = taking.pack("qa")
    told = values(packed)
    assert "Ferritin rose" in told["safety.report_event.narrative"] and packed.names == ()
    page = dict(read_archive(packed.data)[0])[ACCOUNT].decode()
    assert all(text in page for text in told.values()) and "opened: the words fit the commitment" in page
    assert not any(name.encode() in packed.data for name in WHO.values())
    for role in ("", "courier", "nurse"):
        assert values(taking.pack(role)) == {}, role
    proof = verify_pack(packed.data, Trust((taking.service.log_key,)))
    assert (proof.exit_code, proof.problems) == (0, [])
    assert any(line.startswith(f"{len(told)} values of the vault are opened") for line in proof.proved)
    assert taking.pack("qa").data == packed.data, "the same state gives the same bytes"


@pytest.mark.requirement("TRC-26")
def test_no_text_is_opened_that_an_export_for_the_same_reader_does_not_open(taking: Taking) -> None:
    exporter = Exporter(taking.connection, *taking.given)
    opens = partial(texts_of, taking.service.vault)
    for role in ("qa", "regulatory"):
        export = exporter.export([taking.chain], taking.sight(role), opens)
        rows = map(json.loads, dict(read_archive(export.data)[0])["texts.jsonl"].splitlines())
        exported = {row["commitment"] for row in rows}
        packed = json.loads(dict(read_archive(taking.pack(role).data)[0])[OPENINGS])
        assert packed and {fits(each) for each in packed} <= exported
    export = exporter.export([taking.chain], taking.sight("nurse"), opens)
    assert dict(read_archive(export.data)[0])["texts.jsonl"] == b"", "who takes no packs is handed no words"


@pytest.mark.requirement("TRC-26", "CSV-42")
def test_names_are_opened_when_they_are_asked_for_by_a_role_that_meets_the_patient(taking: Taking) -> None:
    packed = taking.pack("nurse", names=True)
    assert values(packed) == {f"clinical.enrol.{name}": value for name, value in WHO.items()}
    assert verify_pack(packed.data, Trust((taking.service.log_key,))).problems == []
    assert packed.what(taking.chain) == f"pack of {taking.chain}, with 4 values of the vault opened, names among them"
    for role in ("", "qa", "inspector", "courier", "operator"):
        with pytest.raises(Invalid) as no:
            taking.pack(role, names=True)
        assert no.value.errors[0].field == "--names"


@pytest.mark.requirement("CSV-42")
def test_what_was_erased_is_not_opened_and_the_rest_of_the_pack_still_proves_itself(taking: Taking) -> None:
    whole, trust = taking.pack("qa"), Trust((taking.service.log_key,))
    owners = {opened.field: opened.owner for opened in taking.held(whole)}
    owner = owners["safety.report_event.narrative"]
    without = taking.after_erasure("qa", owner, "free_text")
    assert values(without) == {f: v for f, v in values(whole).items() if owners[f] != owner}
    assert verify_pack(without.data, trust).problems == []
    nobody = taking.after_erasure("nurse", taking.patient, "identity", names=True)
    assert (values(nobody), nobody.names) == ({}, ()) and verify_pack(nobody.data, trust).problems == []
