"""What is asked behind the lock is looked up by key, also by plans made before the ledger grew."""

import pytest
from tests.support.installation import TestInstallation

from coign.ledger.columns import Texts
from coign.ledger.store import NONCES, STATES, connect

ASKED = {
    NONCES: (
        {"people": Texts.of(["person:a"]), "nonces": Texts.of(["K1"])},
        [("nonce_pkey", ("ledger_id", "person", "nonce"))],
    ),
    STATES: (
        {"subjects": Texts.of(["unit:B1"]), "views": Texts.of(["custody.holding"])},
        [("subject_head_pkey", ("ledger_id", "subject")), ("state_pkey", ("ledger_id", "subject", "view"))],
    ),
}


@pytest.mark.parametrize("statement", ASKED, ids=["nonces", "states"])
@pytest.mark.parametrize("planned", ["before the ledger grew", "after it grew"])
def test_every_row_is_found_by_its_whole_key(installation: TestInstallation, statement: str, planned: str) -> None:
    parameters, lookups = ASKED[statement]
    if planned == "after it grew":
        installation.fill(300)
    with connect(installation.database.application_dsn, writer=True) as connection:
        explained = connection.execute("explain " + statement, {"ledger": installation.ledger_id, **parameters})
        plan = [row[0].strip() for row in explained]
    assert not any("Seq Scan" in line or "Bitmap" in line or "Materialize" in line for line in plan), plan
    for index, columns in lookups:
        at = next(n for n, line in enumerate(plan) if index in line)
        assert plan[at + 1].startswith("Index Cond:") and all(f"{column} =" in plan[at + 1] for column in columns), plan
