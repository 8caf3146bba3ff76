"""`coign demo …` and `coign import …`, from outside."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from tests.cli.conftest import Coign

from coign.database import running
from coign.ledger.store import connect
from coign.service import Service, Settings, prepare

EXAMPLES = Path(__file__).parents[2] / "src/coign/gateways/fhir/examples"


@pytest.fixture(autouse=True)
def database_is_up(home: Path) -> Iterator[None]:
    """As beside a running server: commands do not start the database each for themselves."""
    with running(home) as database:
        prepare(database)
        yield


def test_a_demonstration_is_told_listed_imported_into_and_begun_anew(coign: Coign, home: Path, tmp_path: Path) -> None:
    told = coign("demo", "--journeys", "1", "--json")
    assert told.code == 0 and told.json["ok"] and told.json["acts"] > 50

    accounts = coign("demo", "accounts", "--json").json["accounts"]
    assert len(accounts) == 29
    assert {"account", "name", "roles", "organisation", "can_do_now"} <= set(accounts[0])

    stranger = tmp_path / "stranger.json"
    stranger.write_text(json.dumps({"resourceType": "Patient", "name": [{"family": "Nobody"}]}))
    done = coign("import", "fhir", str(stranger), str(EXAMPLES / "patient-partial-birth-date.json"), "--json")
    assert (done.code, done.json["ok"], done.json["refused"][0]["element"]) == (1, False, "Patient.identifier")
    patient = done.json["taken"][0]["patient"]
    stranger.write_text("no resource at all")
    unreadable = coign("import", "fhir", str(stranger), "--json")
    assert (unreadable.code, unreadable.json["refused"][0]["file"]) == (2, str(stranger))

    played = coign("demo", "play", patient, "--to", "consent", "--json")
    assert (played.code, played.json["acts"]) == (0, 1)
    assert coign("demo", "play", patient, "--to", "nowhere", "--json").code == 2

    down = coign("trace", "person:operator-1", "--json")
    assert (down.code, set(down.json)) == (0, {"ok", "start", "as_of", "count", "hits", "proof"})
    bag = next(hit for hit in down.json["hits"] if hit["state"].startswith("final container"))
    assert set(bag) == {"subject", "kind", "state", "holder", "place", "path"}
    up = coign("trace", bag["subject"], "--back", "--json").json
    assert {"person:operator-1", "room:suite-1"} <= {hit["subject"] for hit in up["hits"]}
    assert coign("trace", "lot:NONE", "--json").code == 1
    file = tmp_path / "trace.json"
    assert coign("trace", bag["subject"], "--back", "-o", str(file), "--json").json == up
    proof = coign("verify", str(file), "--json")
    assert (proof.code, proof.json["what"], proof.json["problems"]) == (3, "trace", []), "no server signed for it yet"
    file.write_bytes(file.read_bytes().replace(b"room:suite-1", b"room:suite-2"))
    assert coign("verify", str(file), "--json").code == 1

    packed_with_names(coign, tmp_path, home, packed_and_redacted(coign, tmp_path))

    (home / "newest.checkpoint").write_text("of the record that goes")
    anew = coign("demo", "reset", "--journeys", "1", "--seed", "4", "--json")
    assert anew.code == 0 and anew.json["seed"] == 4
    assert not (home / "newest.checkpoint").exists(), "a new record is not held against the old one"
    assert coign("demo", "token", "nurse-1", "--json").json["token"].startswith("coign_")
    machine = coign("token", "interface-1", "--days", "30", "--json").json
    assert machine["token"].startswith("coign_") and machine["scopes"] == ["fhir"]
    assert coign("token", "interface-1", "--days", "9999").code == 2
    assert coign("token", "coordinator-1").code == 1, "somebody who signs in"
    assert coign("token", "nurse-1").code == 2


def packed_and_redacted(coign: Coign, folder: Path) -> str:
    """A pack is whole, the same each time, verifies, and still does with what a courier may not read left out."""
    listed = coign("pack", "--list", "--json").json["chains"]
    assert set(listed[0]) == {"chain", "programme", "stage", "entries"} and listed[0]["stage"]
    chain, one, other, slim = listed[0]["chain"], folder / "one.zip", folder / "other.zip", folder / "slim.zip"
    told = coign("pack", chain, "-o", str(one), "--json").json
    coign("pack", chain.partition(":")[2], "-o", str(other))
    assert one.read_bytes() == other.read_bytes() and told["entries"] > listed[0]["entries"]
    proof = coign("verify", str(one), "--json")
    assert (proof.code, proof.json["what"], proof.json["entries"]) == (0, "pack", told["entries"])
    assert proof.json["checkpoint"] == told["checkpoint"] and "is here or counted" in " ".join(proof.json["proved"])
    assert "from entry" in proof.json["not_proved"][1], "the heads were entered before the last acts"

    assert coign("pack", chain, "-o", str(slim), "--redact", "courier").code == 0
    redacted = coign("verify", str(slim), "--json")
    assert (redacted.code, redacted.json["problems"]) == (0, [])
    assert redacted.json["entries"] < told["entries"] and "from the role courier" in " ".join(
        redacted.json["not_proved"]
    )
    assert b"patient:" in one.read_bytes() and b"patient:" not in slim.read_bytes()

    alone = folder / "entry.tlog-proof"
    assert coign("pack", "--entry", "1", "-o", str(alone), "--json").json["entry"] == 1
    assert coign("verify", str(alone)).code == 0
    assert coign("pack", "--entry", "999999999999999999999", "-o", str(alone), "--json").code == 1

    own_key = folder / "keys.txt"
    own_key.write_text("# nobody\n")
    assert coign("verify", str(one), "--trust", str(own_key), "--json").code == 3
    own_key.write_text("quorum many\n")
    assert coign("verify", str(one), "--trust", str(own_key), "--json").code == 2
    one.write_bytes(one.read_bytes().replace(b'"outcome":"done"', b'"outcome":"d0ne"', 1))
    changed = coign("verify", str(one), "--json")
    assert changed.code == 1 and changed.json["problems"][0]["kind"] == "changed"
    assert coign("pack", "chain:NONE", "-o", str(one), "--json").code == 1
    for wrong in ((chain,), (chain, "-o", str(one), "--redact", "nobody")):
        assert coign("pack", *wrong, "--json").code == 2
    drilled = coign("drill", "mutate", str(slim), "--times", "20", "--json")
    assert (drilled.code, drilled.json["found"]) == (0, 20)
    return str(chain)


def packed_with_names(coign: Coign, folder: Path, home: Path, chain: str) -> None:
    """A pack says who the patient is for a role that may know it, when it is asked for; and that it left is entered."""
    file = folder / "named.zip"
    for wrong in ((chain, "--redact", "qa"), ("--entry", "1")):
        assert coign("pack", *wrong, "-o", str(file), "--names", "--json").code == 2 and not file.exists()
    told = coign("pack", chain, "-o", str(file), "--redact", "nurse", "--names", "--json")
    assert (told.code, told.json["opened"]) == (0, 4) and "It says who the patient is" in told.err
    proof = coign("verify", str(file), "--json").json
    assert proof["problems"] == [] and any(line.startswith("4 values of the vault") for line in proof["proved"])
    with running(home) as database, connect(database.reader_dsn) as connection:
        rows = connection.execute("select body from entry where ledger_id = -1 order by position desc limit 2")
        facts = {f["type"]: f["body"] for (body,) in rows for f in json.loads(bytes(body))["intent"]["facts"]}
    assert set(facts) == {"access.copy_taken.v1", "access.identities_shown.v1"}
    copy = facts["access.copy_taken.v1"]
    assert copy["what"] == f"pack of {chain}, with 4 values of the vault opened, names among them"
    assert (copy["sha256"], copy["by"]) == (sha256(file.read_bytes()).hexdigest(), "person:LEDGER")


def test_what_is_no_demonstration_is_neither_told_nor_emptied(coign: Coign, home: Path) -> None:
    with Service.open(settings=Settings(home=home, demonstration=False), background=False):
        pass
    for command in (("demo",), ("demo", "accounts"), ("demo", "reset")):
        said = coign(*command, "--json")
        assert (said.code, said.json["ok"]) == (1, False)
