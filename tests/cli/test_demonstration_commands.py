"""`coign demo …` and `coign import …`, from outside."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Coign

from coign.database import running
from coign.service import Service, Settings, prepare

EXAMPLES = Path(__file__).parents[2] / "src/coign/gateways/fhir/examples"


@pytest.fixture(autouse=True)
def database_is_up(home: Path) -> Iterator[None]:
    """As beside a running server: commands do not start the database each for themselves."""
    with running(home) as database:
        prepare(database)
        yield


def test_a_demonstration_is_told_played_moved_imported_into_and_begun_anew(coign: Coign, tmp_path: Path) -> None:
    told = coign("demo", "--journeys", "1", "--json")
    assert told.code == 0 and told.json["ok"] and told.json["acts"] > 50
    assert coign("demo", "--seed", "9", "--json").code == 2

    accounts = coign("demo", "accounts", "--json").json["accounts"]
    assert len(accounts) == 28
    assert {"account", "name", "roles", "organisation", "can_do_now"} <= set(accounts[0])

    moved = coign("demo", "advance", "--hours", "3", "--json")
    assert moved.code == 0 and moved.json["now"].endswith("Z")
    assert coign("demo", "advance", "--hours", "-3", "--json").code == 2
    assert coign("demo", "play", "NOBODY", "--to", "end", "--json").code == 1

    order = coign("import", "fhir", str(EXAMPLES / "order-demolucel.json"), "--json")
    assert (order.code in (0, 1) and order.json["taken"]) or order.json["refused"]
    absent = coign("import", "fhir", str(tmp_path / "absent.json"), "--json")
    assert (absent.code, absent.json["errors"][0]["field"]) == (2, str(tmp_path / "absent.json"))
    stranger = tmp_path / "stranger.json"
    stranger.write_text(json.dumps({"resourceType": "Patient", "name": [{"family": "Nobody"}]}))
    refused = coign("import", "fhir", str(stranger), "--json")
    assert (refused.code, refused.json["refused"][0]["element"]) == (1, "Patient.identifier")

    readings = tmp_path / "readings.csv"
    readings.write_text("this is no logger file\n")
    assert coign("import", "readings", str(readings), "--shipment", "NONE", "--json").code in (1, 2)

    anew = coign("demo", "reset", "--journeys", "1", "--seed", "4", "--json")
    assert anew.code == 0 and anew.json["seed"] == 4
    token = coign("demo", "token", "nurse-1", "--json")
    assert token.json["token"].startswith("coign_")
    assert coign("demo", "token", "nobody", "--json").code == 1
    assert coign("verify", "--database", "--json").code == 0


def test_what_is_no_demonstration_is_neither_told_nor_emptied(coign: Coign, home: Path) -> None:
    with Service.open(settings=Settings(home=home, demonstration=False), background=False):
        pass
    for command in (("demo",), ("demo", "accounts"), ("demo", "reset")):
        said = coign(*command, "--json")
        assert (said.code, said.json["ok"]) == (1, False)
