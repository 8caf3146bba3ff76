"""A restored older backup is found at the start by a witness alone, and by nothing else."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.installation import TestInstallation
from tests.support.older_backup import set_back

from coign.database import Database
from coign.ledger.log_keys import keys_here
from coign.ledger.shutting import is_shut
from coign.service import Service, Settings, prepare, seen_file
from coign.witness.keeping import Witness
from coign.witness.policy import majority
from coign.witness.serving import Server


@contextmanager
def serving(witness: Witness, policy: Path) -> Iterator[None]:
    """The witness, at an address that the file names."""
    with Server(("127.0.0.1", 0), witness) as server:
        policy.write_text(majority([(f"http://127.0.0.1:{server.server_port}", witness.keys)]))
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield
        server.shutdown()


def cosigned(installation: TestInstallation) -> int:
    """How many entries enough witnesses signed."""
    with installation.connection() as connection:
        row = connection.execute("select size from cosigned where ledger_id = %s", (installation.ledger_id,)).fetchone()
    return row[0] if row else 0


@pytest.mark.requirement("CSV-S7")
def test_the_witness_alone_tells_at_the_start_that_an_older_backup_was_restored(database: Database, tmp_path: Path):
    prepare(database)
    with TestInstallation(database) as installation:
        installation.set_up().take_in("REJECTED-LATER")
        ledger, size = installation.ledger_id, installation.size()
        key = keys_here(tmp_path / f"log-{ledger}.key", installation.origin, create=True).signers[0]
        witness = Witness(tmp_path / "witness", "elsewhere.example")
        witness.trust(key.verifier())
        settings = Settings(home=tmp_path, witnesses=tmp_path / "policy")
        given = {"ledger_id": ledger, "records": False}
        with serving(witness, tmp_path / "policy"), Service.on(database, settings, **given) as service:
            assert service.problems == []
            deadline = time.monotonic() + 60
            while cosigned(installation) < size:
                assert time.monotonic() < deadline
                time.sleep(0.05)

        with Service.on(database, settings, **given) as service:
            assert service.problems == [], "a witness that does not answer stops nothing"
        set_back(installation, size - 1)
        (tmp_path / f"{ledger}.newest.checkpoint").unlink()
        assert seen_file(settings, ledger).read() is None

        with serving(witness, tmp_path / "policy"), Service.on(database, settings, **given) as service:
            assert [problem.kind for problem in service.problems] == ["missing"]
            with installation.connection() as connection:
                reason = is_shut(connection, ledger)
    assert "elsewhere.example" in reason and "an older backup was restored" in reason
