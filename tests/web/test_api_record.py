"""Reading over REST: subjects, entries with proof, the public log, health, metrics, OpenAPI."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.web.client import Client
from tests.web.site import Site

from coign.ledger.cosignatures import keep
from coign.ledger.store import connect
from coign.service.heads import enter
from coign.witness.policy import Policy, parse_policy
from coign_verify.heads import verify_present
from coign_verify.keys import Algorithm
from coign_verify.signing import SignerKey, sign_note
from coign_verify.tiles import decode_bundle
from coign_verify.tree import leaf_hash, verify_inclusion


@contextmanager
def relying_on(site: Site, policy: Policy) -> Iterator[None]:
    """While the installation relies on these witnesses."""
    site.service.policy = policy
    try:
        yield
    finally:
        site.service.policy = None


def test_a_subject_shows_its_states_and_whole_history_to_a_party(site: Site, offered: str) -> None:
    body = site.api("maker-warehouse").get(f"/api/subjects/{offered}").json()
    assert [line["action"] for line in body["history"]] == ["custody.take_in.v1", "custody.offer.v1"]
    assert body["states"]["custody.holding"]["organisation"] == "organisation:hospital"
    assert body["history"][1]["facts"][0]["type"] == "custody.offered.v1"
    assert body["seq"] == 2


def test_a_subject_as_of_an_instant_is_as_it_was_then(site: Site, offered: str) -> None:
    api = site.api("hospital-celllab")
    taken_in = api.get(f"/api/subjects/{offered}").json()["history"][0]["time"]
    then = api.get(f"/api/subjects/{offered}?as_of={taken_in}").json()
    assert then["seq"] == 1 and "custody.offer" not in then["states"]
    assert api.get(f"/api/subjects/{offered}?as_of=2001-01-01T00:00:00Z").status_code == 404
    assert api.get(f"/api/subjects/{offered}?as_of=lunch").json()["errors"][0]["field"] == "as_of"


@pytest.mark.requirement("CSV-04")
def test_a_foreign_organisation_learns_nothing_of_a_subject_or_its_entries(site: Site, unit: str) -> None:
    api, own = site.api("maker-warehouse"), site.api("hospital-celllab")
    position = own.get(f"/api/subjects/{unit}").json()["history"][0]["position"]
    hidden, absent = api.get(f"/api/subjects/{unit}"), api.get("/api/subjects/unit:NEVER")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json()["detail"].replace(unit, "unit:NEVER") == absent.json()["detail"]
    assert api.get(f"/api/entries/{position}").status_code == 404
    beyond = api.get("/api/entries/99999999")
    assert beyond.status_code == 404
    assert (
        beyond.json()["detail"].replace("99999999", str(position))
        == api.get(f"/api/entries/{position}").json()["detail"]
    )


def test_an_entry_comes_with_a_proof_that_the_log_holds_it(site: Site, unit: str) -> None:
    api = site.api("hospital-celllab")
    position = api.get(f"/api/subjects/{unit}").json()["history"][0]["position"]
    found = api.get(f"/api/entries/{position}").json()
    body, proof = base64.b64decode(found["body"]), found["proof"]
    assert json.loads(body)["position"] == position
    assert leaf_hash(body).hex() == found["leaf_hash"]
    hashes, root = [bytes.fromhex(h) for h in proof["hashes"]], bytes.fromhex(proof["root"])
    assert verify_inclusion(position, proof["size"], leaf_hash(body), hashes, root)
    assert not verify_inclusion(position, proof["size"], leaf_hash(body + b" "), hashes, root)


@pytest.mark.requirement("CSV-01")
def test_a_subject_comes_with_the_proof_that_its_history_is_all_there_was(site: Site, offered: str) -> None:
    api = site.api("hospital-celllab")
    service = site.service
    with connect(service.database.application_dsn) as connection:
        enter(connection, service.ledger_id, service.door)
    heads = api.get(f"/api/subjects/{offered}").json()["heads"]
    (fact,) = json.loads(base64.b64decode(api.get(f"/api/entries/{heads['entry']}").json()["body"]))["intent"]["facts"]
    assert (fact["type"], fact["body"]["size"]) == ("ledger.heads.v1", heads["size"])
    proof, root = [bytes.fromhex(h) for h in heads["proof"]], bytes.fromhex(fact["body"]["root"])
    last = api.get(f"/api/subjects/{offered}").json()["history"][-1]["position"]
    assert verify_present(offered, 2, last, proof, root) and not verify_present(offered, 1, last, proof, root)
    site.do("custody.take_in", "hospital-celllab", unit="unit:LATER-THAN-HEADS", site="site:clinic")
    assert api.get("/api/subjects/unit:LATER-THAN-HEADS").json()["heads"] is None


def test_hash_tiles_are_public_and_entries_need_a_scope(site: Site) -> None:
    anybody = Client()
    tile = anybody.get("/log/tile/0/000.p/3")
    assert tile.status_code == 200 and len(tile.content) == 96
    assert anybody.get("/log/tile/0/000.p/0").status_code == 404
    assert anybody.get("/log/tile/0/999").status_code == 404
    assert anybody.get("/log/tile/entries/000.p/3").status_code == 401
    assert site.api("hospital-celllab").get("/log/tile/entries/000.p/3").status_code == 403
    bundle = site.api("hospital-celllab", "log").get("/log/tile/entries/000.p/3")
    assert [leaf_hash(e) for e in decode_bundle(bundle.content)] == [tile.content[i : i + 32] for i in (0, 32, 64)]


def test_the_newest_checkpoint_is_public(unpublished: Site) -> None:
    import psycopg

    assert Client().get("/log/checkpoint").status_code == 404  # none was published in this ledger
    with psycopg.connect(unpublished.service.database.application_dsn) as connection:
        connection.execute(
            "insert into checkpoint (ledger_id, size, root, time, note) values (%s, 1, %s, '', %s)",
            (unpublished.service.ledger_id, bytes(32), b"a note\n"),
        )
    response = Client().get("/log/checkpoint")
    assert response.content == b"a note\n" and response["Content-Type"].startswith("text/plain")

    # A newer one is not given out while an older one is signed by enough witnesses.
    witness = SignerKey.generate("w.example", Algorithm.ED25519_COSIGNATURE)
    text = "witnessed.example\n2\n" + "A" * 43 + "=\n"
    note = f"{text}\n".encode()
    with psycopg.connect(unpublished.service.database.application_dsn, autocommit=True) as connection:
        for size, each in ((2, note), (3, b"newest\n")):
            connection.execute(
                "insert into checkpoint (ledger_id, size, root, time, note) values (%s, %s, %s, '', %s)",
                (unpublished.service.ledger_id, size, bytes(32), each),
            )
        assert Client().get("/log/checkpoint").content == b"newest\n"
        signed = sign_note(text, witness, time_s=1_790_000_000)
        policy = parse_policy(f"witness w {witness.verifier().text}\nquorum w\n")
        keep(connection, unpublished.service.ledger_id, 2, [(witness.verifier(), 1_790_000_000, signed)], policy)
    with relying_on(unpublished, policy):
        assert Client().get("/log/checkpoint").content == note + signed.line().encode()
        seen = Client().get("/health").json()["witnesses"]
        assert seen == {"relied_on": 1, "state": "stale", "size": 2, "at": "2026-09-21T14:13:20+00:00"}
        text = Client().get("/metrics").content.decode()
        assert "coign_witnesses 1.0" in text and "coign_witnessed_timestamp_seconds 1.79e+09" in text
        page = Client().get("/sign-in/").content.decode()
        assert "too old: last seen by enough witnesses" in page and "no witness yet" not in page
    assert Client().get("/health").json()["witnesses"]["relied_on"] == 0


def test_health_and_metrics_need_nobody_to_sign_in(site: Site, unit: str) -> None:
    health = Client().get("/health").json()
    assert health["status"] == "ok" and health["read_only"] is False and health["demonstration"] is True
    assert health["ledger"]["size"] > 10 and set(health["ledger"]) == {"size", "verified_to", "verified_at"}
    site.api("hospital-celllab").act("custody.take_in", unit=unit, site="site:clinic")
    text = Client().get("/metrics").content.decode()
    assert 'coign_actions_total{action="custody.take_in",outcome="refused"}' in text
    assert "coign_ledger_entries " in text and unit not in text


def test_openapi_describes_every_action_and_refers_to_nothing_that_is_missing(site: Site) -> None:
    from coign import catalogue

    document = site.api("hospital-celllab").get("/api/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    for action in catalogue.ACTIONS.values():
        assert f"/api/actions/{action.name}" in document["paths"]
        assert document["components"]["schemas"][action.name]["additionalProperties"] is False
    referred = {word for word in json.dumps(document).split('"') if word.startswith("#/components/")}
    for reference in referred:
        assert reference.rpartition("/")[2] in document["components"]["schemas"], reference
    operations = [o["operationId"] for path in document["paths"].values() for o in path.values()]
    assert len(set(operations)) == len(operations)
